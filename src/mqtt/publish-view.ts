/**
 * One PUBLISH frame seen in place: offsets into the chunk it arrived in. A view is reused for each message, so nothing
 * is allocated on the way. It says where things are; whether a topic name is well formed is decided once a name, by who
 * caches it. HOT.
 */
import { readVariableByteInteger, variableByteIntegerSize } from './variable-byte-integer.ts'
import { type Violation, violation } from './violation.ts'

const QOS_3 = violation('MQTT-3.3.1-4', 'PUBLISH with both QoS bits set')
const DUP_QOS_0 = violation('MQTT-3.3.1-2', 'PUBLISH with DUP set and QoS 0')
const ID_0 = violation('MQTT-2.3.1-1', 'PUBLISH with packet identifier 0')
const TOO_SHORT = violation('MQTT-3.3.2', 'PUBLISH is shorter than its topic and packet identifier')
const PROPERTIES = violation('MQTT-3.3.2.3', 'PUBLISH properties do not fit the packet')

/** Of what was not looked for in the properties yet. */
export const NOT_LOOKED_FOR = -2

export class PublishView {
  bytes: Buffer = Buffer.alloc(0)
  /** First byte of the fixed header, first byte behind it, one past the last byte. */
  start = 0
  body = 0
  end = 0
  qos: 0 | 1 | 2 = 0
  retain = false
  dup = false
  /** The topic name's bytes; empty only with an MQTT 5 topic alias. */
  topicStart = 0
  topicEnd = 0
  /** 0 at QoS 0. */
  packetId = 0
  /** The MQTT 5 properties without their length; both equal payloadStart before MQTT 5. */
  propertiesStart = 0
  propertiesEnd = 0
  payloadStart = 0
  /** Nodes that a message of MQTT 5 has passed; {@link NOT_LOOKED_FOR}. Kept here by who counts first: each look over the properties is paid by the message. */
  hops = NOT_LOOKED_FOR
  /** Where the seconds of its expiry stand, -1 without; {@link NOT_LOOKED_FOR}. */
  expiryAt = NOT_LOOKED_FOR

  /** Reads the frame at `start`; null when it is a PUBLISH that may be acted on. */
  read (bytes: Buffer, start: number, body: number, end: number, level: 3 | 4 | 5): Violation | null {
    const header = bytes[start] as number
    const qos = (header >> 1) & 3
    if (qos === 3) return QOS_3 // [MQTT-3.3.1-4]
    this.dup = (header & 8) !== 0
    if (qos === 0 && this.dup) return DUP_QOS_0 // [MQTT-3.3.1-2]
    this.qos = qos as 0 | 1 | 2
    this.retain = (header & 1) !== 0
    this.bytes = bytes
    this.hops = this.expiryAt = NOT_LOOKED_FOR
    this.start = start
    this.body = body
    this.end = end
    this.topicStart = body + 2
    if (this.topicStart > end) return TOO_SHORT
    this.topicEnd = this.topicStart + (((bytes[body] as number) << 8) | (bytes[body + 1] as number))
    let at = this.topicEnd + (qos === 0 ? 0 : 2)
    if (at > end) return TOO_SHORT
    this.packetId = qos === 0 ? 0 : ((bytes[at - 2] as number) << 8) | (bytes[at - 1] as number)
    if (qos !== 0 && this.packetId === 0) return ID_0 // [MQTT-2.3.1-1]
    if (level === 5) {
      at = this.#properties(at)
      if (at < 0) return PROPERTIES
    } else {
      this.propertiesStart = this.propertiesEnd = at
    }
    this.payloadStart = at
    return null
  }

  /** Reads the length of the property block at `at`; answers where the payload starts, or -1. */
  #properties (at: number): number {
    const length = readVariableByteInteger(this.bytes, at, this.end)
    if (length < 0) return -1
    this.propertiesStart = at + variableByteIntegerSize(length)
    this.propertiesEnd = this.propertiesStart + length
    return this.propertiesEnd > this.end ? -1 : this.propertiesEnd
  }
}
