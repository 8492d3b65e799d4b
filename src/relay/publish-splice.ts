/**
 * A PUBLISH written again with another topic, QoS class or property block: header, name and id are put down byte by
 * byte, properties and payload are copied as they are. The packet id is left open. HOT.
 */
import type { PublishView } from '../mqtt/publish-view.ts'

/** What a frame takes at most beyond the one it is made from, without its topic: id, property length, longer remaining length. */
export const SPLICE_MARGIN = 2 + 1 + 4

/** True when the PUBLISH has an MQTT 5 property block, be it empty. */
export function hasPropertyBlock (view: PublishView): boolean {
  return view.propertiesStart !== view.topicEnd + (view.qos === 0 ? 0 : 2)
}

/** Bytes behind the fixed header of the frame that {@link splicePublish} writes. */
export function splicedBody (view: PublishView, topic: Buffer | null, qos: number, level: 4 | 5): number {
  const name = topic === null ? view.topicEnd - view.topicStart + 2 : topic.length
  const properties = level === 5 ? propertyBlock(view) : 0
  return name + (qos === 0 ? 0 : 2) + properties + view.end - view.payloadStart
}

/** Size of a fixed header for a body of `length` bytes. */
export function fixedHeaderSize (length: number): number {
  return length < 0x80 ? 2 : length < 0x4000 ? 3 : length < 0x200000 ? 4 : 5
}

/** Writes header and remaining length at `at`; answers where the body starts. */
export function writeFixedHeader (into: Buffer, at: number, header: number, length: number): number {
  into[at++] = header
  while (length > 0x7f) {
    into[at++] = (length & 0x7f) | 0x80
    length >>>= 7
  }
  into[at++] = length
  return at
}

/**
 * Writes the body of `view` with the given name (null: its own) for a remote of `level`.
 * @returns where the two bytes of the packet id are, also when `qos` is 0 and there are none
 */
export function splicePublish (into: Buffer, at: number, view: PublishView, topic: Buffer | null, qos: number, level: 4 | 5): number {
  at += topic === null ? copyRange(view, view.topicStart - 2, view.topicEnd, into, at) : copyAll(topic, into, at)
  const idAt = at
  if (qos !== 0) at += 2
  if (level === 5) {
    if (!hasPropertyBlock(view)) into[at++] = 0
    else {
      const blockStart = view.topicEnd + (view.qos === 0 ? 0 : 2)
      at += copyRange(view, blockStart, view.propertiesEnd, into, at)
    }
  }
  copyRange(view, view.payloadStart, view.end, into, at)
  return idAt
}

/** Bytes of the property block with its length in front. */
function propertyBlock (view: PublishView): number {
  return hasPropertyBlock(view) ? view.propertiesEnd - view.topicEnd - (view.qos === 0 ? 0 : 2) : 1
}

/** Below this a loop beats the call into native code and the view it allocates (measured: about 20 bytes on Node 20). */
const LOOP_LIMIT = 20

function copyRange (view: PublishView, start: number, end: number, into: Buffer, at: number): number {
  const length = end - start
  if (length > LOOP_LIMIT) view.bytes.copy(into, at, start, end)
  else for (let i = 0; i < length; i++) into[at + i] = view.bytes[start + i] as number
  return length
}

function copyAll (from: Buffer, into: Buffer, at: number): number {
  const length = from.length
  // a whole buffer is copied without a view being allocated, so that the loop pays for shorter ones only
  if (length > LOOP_LIMIT) into.set(from, at)
  else for (let i = 0; i < length; i++) into[at + i] = from[i] as number
  return length
}
