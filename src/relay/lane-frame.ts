/** A message of a lane, seen as the frame that goes to the remote. */
import { PublishView } from '../mqtt/publish-view.ts'
import { type Lane, MessageState } from './lane.ts'

const view = new PublishView()

/** The answer is another one's after the next call. */
export function frameOf (lane: Lane, sequence: number, level: 4 | 5): PublishView {
  const bytes = lane.chunks.bytesOf(lane.chunkOf(sequence))
  const start = lane.startOf(sequence)
  // never sent, it has no packet id yet
  const state = lane.stateOf(sequence)
  if (state === MessageState.QUEUED || state === MessageState.INHERITED) lane.stamp(sequence, 1, lane.headerOf(sequence))
  let lengthEnd = start + 1
  while ((bytes[lengthEnd] as number) >= 0x80) lengthEnd++ // [MQTT-2.2.3]
  view.read(bytes, start, lengthEnd + 1, start + lane.lengthOf(sequence), level)
  return view
}
