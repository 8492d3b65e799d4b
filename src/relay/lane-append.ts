/** Puts the frame of a message, as it goes to the remote, into a lane. HOT. */
import type { PublishView } from '../mqtt/publish-view.ts'
import { MessageExpiry } from './message-expiry.ts'
import type { Lane } from './lane.ts'
import { frameSize, keepsLayout, splicePublish, splicedBody, writeFixedHeader } from './publish-splice.ts'
import type { Rewrite } from './rewrite.ts'

/** Of the message in work. */
const expiry = new MessageExpiry()

/**
 * A frame that stays as it is but for the header is copied by the next settle of the lane's chunks.
 * @param header first byte of the frame
 * @returns its sequence
 */
export function appendPublish (lane: Lane, view: PublishView, rewrite: Rewrite, header: number, level: 4 | 5): number {
  const sequence = append(lane, view, rewrite, header, level)
  if (expiry.read(view, level)) lane.keepExpiry(sequence, expiry)
  return sequence
}

function append (lane: Lane, view: PublishView, rewrite: Rewrite, header: number, level: 4 | 5): number {
  const qos = (header >> 1) & 3
  if (rewrite.topic === null && rewrite.via === null && keepsLayout(view, qos, level)) {
    const at = lane.chunks.reserveRun(view.bytes, view.start, view.end)
    return lane.append(at, view.end - view.start, view.topicEnd - view.start, header)
  }
  const body = splicedBody(view, rewrite, qos, level)
  const length = frameSize(body)
  const at = lane.chunks.reserve(length)
  const idAt = splicePublish(lane.chunks, writeFixedHeader(lane.chunks.buffer, at, header, body), view, rewrite, qos, level)
  return lane.append(at, length, idAt - at, header)
}
