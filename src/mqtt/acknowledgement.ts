/** PUBACK, PUBREC, PUBREL and PUBCOMP: checks them in place and writes them without allocating. HOT. */
import { readVariableByteInteger, variableByteIntegerSize } from './variable-byte-integer.ts'
import { type Violation, violation } from './violation.ts'

/** First bytes, with the flags that PUBREL must have [MQTT-3.6.1-1]. */
export const AcknowledgementHeader = {
  PUBACK: 0x40,
  PUBREC: 0x50,
  PUBREL: 0x62,
  PUBCOMP: 0x70
} as const

/** Bytes of an acknowledgement without a reason code, and with one. */
export const ACKNOWLEDGEMENT_SIZE = 4
export const ACKNOWLEDGEMENT_WITH_REASON_SIZE = 5

const ID_0 = violation('MQTT-2.3.1-1', 'acknowledgement with packet identifier 0')
const LENGTH = violation('MQTT-2.2.3', 'acknowledgement is not two bytes long')
const SHORT = violation('MQTT-2.2.3', 'acknowledgement is shorter than its packet identifier')
const PROPERTIES = violation('MQTT-3.4.2.2', 'properties of the acknowledgement do not fit it')

/**
 * What is wrong with the acknowledgement whose body is `bytes[body, end)`; null when it may be acted on. Its first byte
 * is that of faultOfClientHeader or faultOfServerHeader; whether it answers anything, only its receiver knows.
 */
export function faultOfAcknowledgement (bytes: Buffer, body: number, end: number, level: 3 | 4 | 5): Violation | null {
  const length = end - body
  if (length !== 2 && level !== 5) return LENGTH
  if (length < 2) return SHORT
  if (bytes[body] === 0 && bytes[body + 1] === 0) return ID_0 // [MQTT-2.3.1-1]
  return length > 3 ? faultOfProperties(bytes, body + 3, end) : null
}

function faultOfProperties (bytes: Buffer, at: number, end: number): Violation | null {
  const length = readVariableByteInteger(bytes, at, end)
  return length >= 0 && at + variableByteIntegerSize(length) + length === end ? null : PROPERTIES
}

/** The packet identifier of an acknowledgement, SUBSCRIBE, SUBACK, UNSUBSCRIBE or UNSUBACK without fault. */
export function packetIdAt (bytes: Buffer, body: number): number {
  return ((bytes[body] as number) << 8) | (bytes[body + 1] as number)
}

/** The MQTT 5 reason code of an acknowledgement without fault; 0, success, where it is left out. */
export function reasonCodeOf (bytes: Buffer, body: number, end: number): number {
  return end - body > 2 ? bytes[body + 2] as number : 0
}

/**
 * Writes the acknowledgement of any level that says success; {@link ACKNOWLEDGEMENT_SIZE} bytes.
 * @param header of {@link AcknowledgementHeader}
 * @returns the place behind it
 */
export function writeAcknowledgement (header: number, packetId: number, into: Buffer, at: number): number {
  into[at] = header
  into[at + 1] = 2
  into[at + 2] = packetId >> 8
  into[at + 3] = packetId & 0xff
  return at + ACKNOWLEDGEMENT_SIZE
}

/** The same for MQTT 5 with a reason code and no properties; {@link ACKNOWLEDGEMENT_WITH_REASON_SIZE} bytes. */
export function writeAcknowledgementWithReason (header: number, packetId: number, reasonCode: number, into: Buffer, at: number): number {
  into[at] = header
  into[at + 1] = 3
  into[at + 2] = packetId >> 8
  into[at + 3] = packetId & 0xff
  into[at + 4] = reasonCode
  return at + ACKNOWLEDGEMENT_WITH_REASON_SIZE
}
