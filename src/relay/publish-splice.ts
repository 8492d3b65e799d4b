/**
 * A PUBLISH written again with another topic, QoS class or property block: header, name and id are put down byte by
 * byte, properties and payload are copied as they are. The packet id is left open. HOT.
 */
import { copyBytes } from '../mqtt/copy-bytes.ts'
import type { PublishView } from '../mqtt/publish-view.ts'
import { variableByteIntegerSize, writeVariableByteInteger } from '../mqtt/variable-byte-integer.ts'
import type { FrameSpace } from './frame-space.ts'
import type { Rewrite } from './rewrite.ts'

/** What a frame takes at most beyond the one it is made from, without its topic: id, property length, longer remaining length. */
export const SPLICE_MARGIN = 2 + 1 + 4

/** Bytes that the frame made from `view` takes at most. */
export function largestFrame (view: PublishView, rewrite: Rewrite): number {
  return view.end - view.start + SPLICE_MARGIN + (rewrite.topic === null ? 0 : rewrite.topic.length) + (rewrite.via === null ? 0 : rewrite.via.length + 3)
}

/** True when the PUBLISH has an MQTT 5 property block, be it empty. */
export function hasPropertyBlock (view: PublishView): boolean {
  return view.propertiesStart !== view.topicEnd + (view.qos === 0 ? 0 : 2)
}

/** Does the part behind the name stay as it is for a remote of `level`: same id or none, same property block or none? */
export function keepsLayout (view: PublishView, qos: number, level: 4 | 5): boolean {
  return (qos === 0) === (view.qos === 0) && hasPropertyBlock(view) === (level === 5)
}

/** Bytes behind the fixed header of the frame that {@link splicePublish} writes. */
export function splicedBody (view: PublishView, { topic, via }: Rewrite, qos: number, level: 4 | 5): number {
  const name = topic === null ? view.topicEnd - view.topicStart + 2 : topic.length
  const properties = level !== 5 ? 0 : via === null ? Math.max(1, propertyBlockEnd(view) - propertyBlockStart(view)) : sizeOfMarked(view, via)
  return name + (qos === 0 ? 0 : 2) + properties + view.end - view.payloadStart
}

/** Size of a frame with a body of `length` bytes. */
export function frameSize (length: number): number {
  return 1 + variableByteIntegerSize(length) + length
}

/** Writes header and remaining length at `at`; answers where the body starts. */
export function writeFixedHeader (into: Buffer, at: number, header: number, length: number): number {
  into[at] = header
  return writeVariableByteInteger(length, into, at + 1)
}

/**
 * Writes the body of `view` with the name that `rewrite` gives for a remote of `level`.
 * @returns where the two bytes of the packet id are, also when `qos` is 0 and there are none
 */
export function splicePublish (space: FrameSpace, at: number, view: PublishView, rewrite: Rewrite, qos: number, level: 4 | 5): number {
  const topic = rewrite.topic
  const into = space.buffer
  if (topic !== null && rewrite.via === null && keepsLayout(view, qos, level)) {
    const own = topic.length - rewrite.shared
    copyBytes(topic, 0, own, into, at)
    space.copyTail(view.bytes, view.topicEnd - rewrite.shared, view.end, at + own)
    return at + topic.length
  }
  if (topic === null) at = copyBytes(view.bytes, view.topicStart - 2, view.topicEnd, into, at)
  else at = copyBytes(topic, 0, topic.length, into, at)
  const idAt = at
  if (qos !== 0) at += 2
  if (level === 5) {
    if (rewrite.via !== null) at = writeMarked(into, at, view, rewrite.via)
    else if (hasPropertyBlock(view)) at = copyBytes(view.bytes, propertyBlockStart(view), propertyBlockEnd(view), into, at)
    else into[at++] = 0
  }
  space.copyTail(view.bytes, view.payloadStart, view.end, at)
  return idAt
}

/** Bytes of the property block with `via` in it, and of its length. */
function sizeOfMarked (view: PublishView, via: Buffer): number {
  const length = via.length + view.propertiesEnd - view.propertiesStart
  return variableByteIntegerSize(length) + length
}

function writeMarked (into: Buffer, at: number, view: PublishView, via: Buffer): number {
  at = writeVariableByteInteger(via.length + view.propertiesEnd - view.propertiesStart, into, at)
  at = copyBytes(via, 0, via.length, into, at)
  return copyBytes(view.bytes, view.propertiesStart, view.propertiesEnd, into, at)
}

/** The property block with its length in front; both are the same place before MQTT 5. */
function propertyBlockStart (view: PublishView): number {
  return view.topicEnd + (view.qos === 0 ? 0 : 2)
}

function propertyBlockEnd (view: PublishView): number {
  return view.propertiesEnd
}
