/**
 * Properties of a PUBLISH on their way through: where the message expiry stands, and what of a block goes on to others. The block was
 * held to the standard where it came in; one that was not is never read past its end. HOT.
 */
import { readVariableByteInteger, variableByteIntegerSize } from '../variable-byte-integer.ts'
import { ABSENT } from './property-block.ts'
import { PropertyHolder, PropertyId, PropertyType, typeOfProperty } from './property-id.ts'

/** Where the seconds of the message expiry in `bytes[start, end)` stand; {@link ABSENT} without. */
export function messageExpiryAt (bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end) {
    const next = endOfProperty(bytes, at, end)
    if (next < 0) return ABSENT
    if (bytes[at] === PropertyId.MESSAGE_EXPIRY) return at + 1
    at = next
  }
  return ABSENT
}

/** A copy of `bytes[start, end)` without what is between two neighbours only: alias, expiry and subscription identifiers. In order [MQTT-3.3.2-18]. */
export function carriedProperties (bytes: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafe(end - start)
  let length = 0
  let at = start
  while (at < end) {
    const next = endOfProperty(bytes, at, end)
    if (next < 0) break
    const id = bytes[at]
    if (id !== PropertyId.MESSAGE_EXPIRY && id !== PropertyId.SUBSCRIPTION_ID && id !== PropertyId.TOPIC_ALIAS) length += bytes.copy(copy, length, at, next)
    at = next
  }
  return copy.subarray(0, length)
}

/** Where the property at `at` ends; -1 when it is none of a PUBLISH, or not whole. */
export function endOfProperty (bytes: Buffer, at: number, end: number): number {
  const type = typeOfProperty(bytes[at] as number, PropertyHolder.PUBLISH)
  let next = -1
  if (type === PropertyType.BYTE) next = at + 2
  else if (type === PropertyType.UINT16) next = at + 3
  else if (type === PropertyType.UINT32) next = at + 5
  else if (type === PropertyType.VARIABLE) next = behindVariable(bytes, at + 1, end)
  else if (type !== 0) {
    next = behindLengthPrefixed(bytes, at + 1, end)
    if (next >= 0 && type === PropertyType.TEXT_PAIR) next = behindLengthPrefixed(bytes, next, end)
  }
  return next > end ? -1 : next
}

function behindVariable (bytes: Buffer, at: number, end: number): number {
  const value = readVariableByteInteger(bytes, at, end)
  return value < 0 ? -1 : at + variableByteIntegerSize(value)
}

function behindLengthPrefixed (bytes: Buffer, at: number, end: number): number {
  return at + 2 > end ? -1 : at + 2 + (((bytes[at] as number) << 8) | (bytes[at + 1] as number))
}
