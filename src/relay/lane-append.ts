/** Puts the frame of a message, as it goes to the remote, into a lane. HOT. */
import type { PublishView } from '../mqtt/publish-view.ts'
import type { Lane } from './lane.ts'
import { frameSize, splicePublish, splicedBody, writeFixedHeader } from './publish-splice.ts'
import type { Rewrite } from './rewrite.ts'

/**
 * @param header first byte of the frame
 * @param asIs the frame stays as it is but for the header; it is copied by the next settle of the lane's chunks
 * @returns its sequence
 */

export function appendPublish (lane: Lane, view: PublishView, rewrite: Rewrite, header: number, asIs: boolean, level: 4 | 5): number {
  if (asIs) {
    const at = lane.chunks.reserveRun(view.bytes, view.start, view.end)
    return lane.append(at, view.end - view.start, view.topicEnd - view.start, header)
  }
  const qos = (header >> 1) & 3
  const body = splicedBody(view, rewrite, qos, level)
  const length = frameSize(body)
  const at = lane.chunks.reserve(length)
  const bytes = lane.chunks.current
  const idAt = splicePublish(bytes, writeFixedHeader(bytes, at, header, body), view, rewrite, qos, level)
  return lane.append(at, length, idAt - at, header)
}
