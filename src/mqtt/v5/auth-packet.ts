/** AUTH, with which both sides carry on an exchange that shows who they are [MQTT 5.0, sections 3.15 and 4.12]. */
import { readVariableByteInteger, variableByteIntegerSize } from '../variable-byte-integer.ts'
import { type Violation, violation } from '../violation.ts'
import { encodePacket5 } from './answers.ts'
import { ABSENT, PropertyBlock } from './property-block.ts'
import { PropertyHolder, PropertyId } from './property-id.ts'
import { PropertyWriter } from './property-writer.ts'
import { ReasonCode } from './reason-code.ts'

const CODE = violation('MQTT-3.15.2-1', 'reason code of AUTH is none that a client sends', ReasonCode.PROTOCOL_ERROR)
const PROPERTIES = violation('MQTT-2.2.2', 'properties do not fit the packet')
const NO_METHOD = violation('MQTT-3.15.2.2.2', 'AUTH without a method', ReasonCode.PROTOCOL_ERROR)

const AUTH = 0xf0

export interface AuthPacket {
  readonly reasonCode: typeof ReasonCode.CONTINUE_AUTHENTICATION | typeof ReasonCode.REAUTHENTICATE
  readonly method: string
  /** A copy; empty without. */
  readonly data: Buffer
}

/** Reads the AUTH of a client whose body is `bytes[body, end)`. Never throws. */
export function readAuth (bytes: Buffer, body: number, end: number): AuthPacket | Violation {
  const reasonCode = body === end ? ReasonCode.SUCCESS : bytes[body]
  if (reasonCode !== ReasonCode.CONTINUE_AUTHENTICATION && reasonCode !== ReasonCode.REAUTHENTICATE) return CODE // [MQTT-3.15.2-1]
  if (body + 1 === end) return NO_METHOD
  const length = readVariableByteInteger(bytes, body + 1, end)
  const start = body + 1 + variableByteIntegerSize(length)
  if (length < 0 || start + length !== end) return PROPERTIES
  const block = new PropertyBlock()
  const fault = block.read(bytes, start, end, PropertyHolder.AUTH)
  if (fault !== null) return fault
  if (block.methodStart === ABSENT) return NO_METHOD
  return {
    reasonCode,
    method: bytes.toString('utf8', block.methodStart, block.methodEnd),
    data: block.dataStart === ABSENT ? Buffer.alloc(0) : Buffer.from(bytes.subarray(block.dataStart, block.dataEnd))
  }
}

/** @param data at most 65,535 bytes; empty: none */
export function encodeAuth5 (reasonCode: number, method: string, data: Buffer): Buffer {
  const properties = new PropertyWriter().text(PropertyId.AUTHENTICATION_METHOD, method)
  if (data.length > 0) properties.binary(PropertyId.AUTHENTICATION_DATA, data)
  return encodePacket5(AUTH, Buffer.of(reasonCode), properties.block())
}
