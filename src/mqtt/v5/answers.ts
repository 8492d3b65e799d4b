/** The packets of MQTT 5 with which a server answers: CONNACK, DISCONNECT, and acknowledgements that say more than success. */
import { variableByteIntegerSize, writeVariableByteInteger } from '../variable-byte-integer.ts'

const CONNACK = 0x20
const SUBACK = 0x90
const UNSUBACK = 0xb0
const DISCONNECT = 0xe0
/** Of SUBACK and UNSUBACK, besides the codes. */
const ID_AND_NO_PROPERTIES = 3
export const NO_PROPERTIES: Buffer = Buffer.of(0)

/** @param properties a block with its length in front */
export function encodeConnack5 (sessionPresent: boolean, reasonCode: number, properties: Buffer = NO_PROPERTIES): Buffer {
  const flags = sessionPresent && reasonCode === 0 ? 1 : 0 // [MQTT-3.2.2-6]
  return encodePacket5(CONNACK, Buffer.of(flags, reasonCode), properties)
}

export function encodeDisconnect5 (reasonCode: number, properties: Buffer = NO_PROPERTIES): Buffer {
  return encodePacket5(DISCONNECT, Buffer.of(reasonCode), properties)
}

/** @param header first byte of PUBACK, PUBREC, PUBREL or PUBCOMP */
export function encodeAcknowledgement5 (header: number, packetId: number, reasonCode: number, properties: Buffer = NO_PROPERTIES): Buffer {
  return encodePacket5(header, Buffer.of(packetId >> 8, packetId & 0xff, reasonCode), properties)
}

/** @param codes one for each filter, in the order of the packet [MQTT-3.8.4-6] [MQTT-3.9.3-1] */
export function encodeSuback5 (packetId: number, codes: readonly number[], properties: Buffer = NO_PROPERTIES): Buffer {
  return encodePacket5(SUBACK, Buffer.of(packetId >> 8, packetId & 0xff), properties, Buffer.from(codes))
}

/** @param codes one for each filter, in the order of the packet [MQTT-3.11.3-1] */
export function encodeUnsuback5 (packetId: number, codes: readonly number[], properties: Buffer = NO_PROPERTIES): Buffer {
  return encodePacket5(UNSUBACK, Buffer.of(packetId >> 8, packetId & 0xff), properties, Buffer.from(codes))
}

/** The least that SUBACK or UNSUBACK takes for so many filters. */
export function sizeOfAnswers (filters: number): number {
  const length = ID_AND_NO_PROPERTIES + filters
  return 1 + variableByteIntegerSize(length) + length
}

/** Any packet of MQTT 5 of its parts. */
export function encodePacket5 (header: number, ...parts: readonly Buffer[]): Buffer {
  let length = 0
  for (const part of parts) length += part.length
  const bytes = Buffer.alloc(1 + variableByteIntegerSize(length) + length)
  bytes[0] = header
  let at = writeVariableByteInteger(length, bytes, 1)
  for (const part of parts) at += part.copy(bytes, at)
  return bytes
}
