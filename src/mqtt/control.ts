/** The small packets about the connection itself: PINGREQ, PINGRESP and DISCONNECT, CONNACK, SUBACK and UNSUBACK. */
import { type ByteRange, FieldReader } from './field-reader.ts'
import { variableByteIntegerSize, writeVariableByteInteger } from './variable-byte-integer.ts'
import { type Violation, violation } from './violation.ts'

const NOT_EMPTY = violation('MQTT-2.2.3', 'packet has a body where it must have none')
const ACK_FLAGS = violation('MQTT-2.2.2-2', 'reserved CONNACK flags are set')
const SESSION_REFUSED = violation('MQTT-3.2.2-4', 'CONNACK refuses and says that a session is present')
const RETURN_CODE = violation('MQTT-3.2.2', 'CONNACK return code is reserved')

/** CONNACK return codes of 3.1 and 3.1.1. */
export const ConnectReturnCode = {
  ACCEPTED: 0,
  UNACCEPTABLE_PROTOCOL: 1,
  IDENTIFIER_REJECTED: 2,
  SERVER_UNAVAILABLE: 3,
  BAD_CREDENTIALS: 4,
  NOT_AUTHORIZED: 5
} as const

/** What SUBACK says of a filter that was refused, before MQTT 5. */
export const SUBSCRIPTION_REFUSED = 0x80

const PINGREQ = 0xc0
const PINGRESP = 0xd0
const DISCONNECT = 0xe0
const CONNACK = 0x20
const SUBACK = 0x90
const UNSUBACK = 0xb0

/** What is wrong with PINGREQ, PINGRESP, or DISCONNECT before MQTT 5: they have no body. */
export function faultOfEmptyPacket (body: number, end: number): Violation | null {
  return body === end ? null : NOT_EMPTY
}

export interface Connack {
  readonly sessionPresent: boolean
  /** Return code before MQTT 5, reason code in it; 0: accepted. */
  readonly code: number
  readonly properties: ByteRange
}

/** Reads the CONNACK whose body is `bytes[body, end)`. Never throws. */
export function readConnack (bytes: Buffer, body: number, end: number, level: 3 | 4 | 5): Connack | Violation {
  const reader = new FieldReader(bytes, body, end)
  const flags = reader.byte()
  const code = reader.byte()
  const properties = level === 5 ? reader.properties() : { start: end, end }
  const sessionPresent = flags === 1
  const fault = reader.finish()
  if (fault !== null) return fault
  if (flags > 1) return ACK_FLAGS
  if (sessionPresent && code !== 0) return SESSION_REFUSED // [MQTT-3.2.2-4]
  return level !== 5 && code > ConnectReturnCode.NOT_AUTHORIZED ? RETURN_CODE : { sessionPresent, code, properties }
}

/** The packets without a body, for the level that has them. Made anew, as a Buffer can not be frozen. */
export function encodePingreq (): Buffer {
  return Buffer.of(PINGREQ, 0)
}

export function encodePingresp (): Buffer {
  return Buffer.of(PINGRESP, 0)
}

/** @param reasonCode MQTT 5 only; before it DISCONNECT has none */
export function encodeDisconnect (level: 3 | 4 | 5, reasonCode = 0): Buffer {
  return level === 5 && reasonCode !== 0 ? Buffer.of(DISCONNECT, 1, reasonCode) : Buffer.of(DISCONNECT, 0)
}

/** @param code return code before MQTT 5, reason code in it; a refusal says that no session is present [MQTT-3.2.2-4] */
export function encodeConnack (level: 3 | 4 | 5, sessionPresent: boolean, code: number): Buffer {
  const flags = sessionPresent && code === 0 ? 1 : 0
  return level === 5 ? Buffer.of(CONNACK, 3, flags, code, 0) : Buffer.of(CONNACK, 2, flags, code)
}

/** @param codes one for each filter of the SUBSCRIBE, in its order [MQTT-3.8.4-5] [MQTT-3.9.3-1] */
export function encodeSuback (level: 3 | 4 | 5, packetId: number, codes: ArrayLike<number>): Buffer {
  return encodeCodes(SUBACK, level, packetId, codes)
}

/** @param codes MQTT 5 only, one for each filter of the UNSUBSCRIBE */
export function encodeUnsuback (level: 3 | 4 | 5, packetId: number, codes: ArrayLike<number>): Buffer {
  return encodeCodes(UNSUBACK, level, packetId, level === 5 ? codes : [])
}

function encodeCodes (header: number, level: 3 | 4 | 5, packetId: number, codes: ArrayLike<number>): Buffer {
  const properties = level === 5 ? 1 : 0
  const length = 2 + properties + codes.length
  const frame = Buffer.alloc(1 + variableByteIntegerSize(length) + length)
  frame[0] = header
  const at = frame.writeUInt16BE(packetId, writeVariableByteInteger(length, frame, 1)) + properties
  frame.set(codes, at)
  return frame
}
