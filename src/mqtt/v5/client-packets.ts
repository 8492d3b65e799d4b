/** What a client of MQTT 5 says besides CONNECT, PUBLISH and subscriptions: its acknowledgements and its DISCONNECT. */
import { PacketType } from '../packet-type.ts'
import { readVariableByteInteger, variableByteIntegerSize } from '../variable-byte-integer.ts'
import { type Violation, violation } from '../violation.ts'
import { PropertyBlock } from './property-block.ts'
import { PropertyHolder } from './property-id.ts'

const SHORT = violation('MQTT-3.4.2', 'acknowledgement is shorter than its packet identifier')
const ID_0 = violation('MQTT-2.2.1-5', 'acknowledgement with packet identifier 0')
const PROPERTIES = violation('MQTT-2.2.2', 'properties do not fit the packet')
const ACK_CODE = violation('MQTT-3.4.2-1', 'reason code is none of this acknowledgement')
const DISCONNECT_CODE = violation('MQTT-3.14.2-1', 'reason code is none that a client ends with')

const PUBLISH_CODES: ReadonlySet<number> = new Set([0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99])
const RELEASE_CODES: ReadonlySet<number> = new Set([0x00, 0x92])
const DISCONNECT_CODES: ReadonlySet<number> = new Set([0x00, 0x04, 0x80, 0x81, 0x82, 0x83, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99])

/** Of what is read here one at a time. */
const block = new PropertyBlock()

/** What is wrong with the PUBACK, PUBREC, PUBREL or PUBCOMP of a client whose body is `bytes[body, end)`; null when it may be acted on. */
export function faultOfAcknowledgement5 (type: PacketType, bytes: Buffer, body: number, end: number): Violation | null {
  if (end - body < 2) return SHORT
  if (bytes[body] === 0 && bytes[body + 1] === 0) return ID_0 // [MQTT-2.2.1-5]
  if (end - body === 2) return null
  const codes = type === PacketType.PUBACK || type === PacketType.PUBREC ? PUBLISH_CODES : RELEASE_CODES
  if (!codes.has(bytes[body + 2] as number)) return ACK_CODE // [MQTT-3.4.2-1] [MQTT-3.5.2-1] [MQTT-3.6.2-1] [MQTT-3.7.2-1]
  return faultOfRest(bytes, body + 3, end, holderOf(type))
}

export interface Farewell {
  readonly reasonCode: number
  /** Seconds; -1: as CONNECT had it. */
  readonly sessionExpiry: number
}

/** Reads the DISCONNECT of a client whose body is `bytes[body, end)`. Never throws. */
export function readFarewell (bytes: Buffer, body: number, end: number): Farewell | Violation {
  block.sessionExpiry = -1
  const reasonCode = body === end ? 0 : bytes[body] as number
  if (!DISCONNECT_CODES.has(reasonCode)) return DISCONNECT_CODE // [MQTT-3.14.2-1]
  const fault = body === end ? null : faultOfRest(bytes, body + 1, end, PropertyHolder.DISCONNECT)
  return fault ?? { reasonCode, sessionExpiry: block.sessionExpiry }
}

function holderOf (type: PacketType): PropertyHolder {
  return 1 << type
}

/** The property block may be left out where nothing follows. */
function faultOfRest (bytes: Buffer, at: number, end: number, holder: PropertyHolder): Violation | null {
  if (at === end) return null
  const length = readVariableByteInteger(bytes, at, end)
  const start = at + variableByteIntegerSize(length)
  if (length < 0 || start + length !== end) return PROPERTIES
  return block.read(bytes, start, end, holder)
}
