/**
 * A message as the spool keeps it: independent of protocol version, topic alias and packet identifier, so that it can be sent to
 * whatever remote is there when its turn comes.
 *
 *     arrived 8 | publisher's packet id 2 | client id length 2 | topic length 2 | properties length 4 | client id | topic | properties | payload
 *
 * `arrived` is a double, milliseconds since 1970 by the clock of that moment, which may have been wrong; age limits count from the
 * monotonic clock while the process lives and never make a message of the future or of 1970 old (see {@link SpoolLimits}).
 */
export interface SpooledMessage {
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly arrived: number
  /** QoS 2 from a device: with its client id the key of the handshake; 0 and empty otherwise. */
  readonly publisherId: number
  readonly clientId: Buffer
  readonly topic: Buffer
  /** MQTT 5 properties as they came, without their length; empty before MQTT 5. */
  readonly properties: Buffer
  readonly payload: Buffer
}

/** Bytes in front of client id, topic, properties and payload. */
export const MESSAGE_FIXED_BYTES = 18
const RETAIN = 4

export interface FixedPart {
  readonly arrived: number
  readonly publisherId: number
  readonly clientIdLength: number
  readonly topicLength: number
  readonly propertiesLength: number
}

/** Writes the fixed part of a body at `at`; answers where the client id goes. */
export function writeFixed (bytes: Buffer, at: number, part: FixedPart): number {
  bytes.writeDoubleLE(part.arrived, at)
  bytes.writeUInt16LE(part.publisherId, at + 8)
  bytes.writeUInt16LE(part.clientIdLength, at + 10)
  bytes.writeUInt16LE(part.topicLength, at + 12)
  bytes.writeUInt32LE(part.propertiesLength, at + 14)
  return at + MESSAGE_FIXED_BYTES
}

/** The bits of a message record's flags. */
export function messageFlags (qos: number, retain: boolean): number {
  return qos | (retain ? RETAIN : 0)
}

/** Reads a body whose checksum was right; null when its lengths do not fit all the same. */
export function readMessage (body: Buffer, flags: number): SpooledMessage | null {
  if (body.length < MESSAGE_FIXED_BYTES) return null
  const clientEnd = MESSAGE_FIXED_BYTES + body.readUInt16LE(10)
  const topicEnd = clientEnd + body.readUInt16LE(12)
  const propertiesEnd = topicEnd + body.readUInt32LE(14)
  const qos = flags & 3
  if (propertiesEnd > body.length || qos === 3) return null
  return {
    qos: qos as 0 | 1 | 2,
    retain: (flags & RETAIN) !== 0,
    arrived: body.readDoubleLE(0),
    publisherId: body.readUInt16LE(8),
    clientId: body.subarray(MESSAGE_FIXED_BYTES, clientEnd),
    topic: body.subarray(clientEnd, topicEnd),
    properties: body.subarray(topicEnd, propertiesEnd),
    payload: body.subarray(propertiesEnd)
  }
}
