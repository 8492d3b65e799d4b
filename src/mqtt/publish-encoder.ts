/**
 * Writes PUBLISH frames into a buffer that is there already. One encoder is filled again and again, like a
 * {@link PublishView} the other way round, so that nothing is allocated per message. HOT.
 */
import { copyBytes } from './copy-bytes.ts'
import { MAX_STRING_BYTES } from './utf8.ts'
import { variableByteIntegerSize, writeVariableByteInteger } from './variable-byte-integer.ts'

const NOTHING = Buffer.alloc(0)
const PUBLISH = 0x30
const DUP = 8

export class PublishEncoder {
  /** Of the receiver: 5 puts a property block behind the topic, empty or not; before it properties are left out. */
  level: 3 | 4 | 5 = 4
  qos: 0 | 1 | 2 = 0
  retain = false
  /** Only with QoS 1 and 2 [MQTT-3.3.1-2]. */
  dup = false
  /** 1 … 65,535 with QoS 1 and 2; not written with QoS 0 [MQTT-2.3.1-5]. */
  packetId = 0
  /** UTF-8 of the name, at most 65,535 bytes, which the writer does not check. */
  topic: Buffer = NOTHING
  topicStart = 0
  topicEnd = 0
  /** MQTT 5 properties without their length. */
  properties: Buffer = NOTHING
  propertiesStart = 0
  propertiesEnd = 0
  payload: Buffer = NOTHING
  payloadStart = 0
  payloadEnd = 0

  /** Bytes of the frame as it is filled; the receiver's maximum packet size is compared with this. */
  size (): number {
    const remaining = this.#remaining()
    return 1 + variableByteIntegerSize(remaining) + remaining
  }

  /** Writes the frame at `at`, where {@link size} bytes must be free; answers the place behind it. */
  write (into: Buffer, at: number): number {
    const topicLength = this.topicEnd - this.topicStart
    into[at] = PUBLISH | (this.dup && this.qos !== 0 ? DUP : 0) | (this.qos << 1) | (this.retain ? 1 : 0)
    let place = writeVariableByteInteger(this.#remaining(), into, at + 1)
    into[place] = topicLength >> 8
    into[place + 1] = topicLength & 0xff
    place = copyBytes(this.topic, this.topicStart, this.topicEnd, into, place + 2)
    if (this.qos !== 0) {
      into[place++] = this.packetId >> 8
      into[place++] = this.packetId & 0xff
    }
    if (this.level === 5) {
      place = writeVariableByteInteger(this.propertiesEnd - this.propertiesStart, into, place)
      place = copyBytes(this.properties, this.propertiesStart, this.propertiesEnd, into, place)
    }
    return copyBytes(this.payload, this.payloadStart, this.payloadEnd, into, place)
  }

  #remaining (): number {
    const properties = this.propertiesEnd - this.propertiesStart
    return 2 + this.topicEnd - this.topicStart + (this.qos === 0 ? 0 : 2) +
      (this.level === 5 ? variableByteIntegerSize(properties) + properties : 0) +
      this.payloadEnd - this.payloadStart
  }
}

export interface PublishMessage {
  readonly level: 3 | 4 | 5
  readonly topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  /** Not used with QoS 0. */
  readonly packetId: number
  /** MQTT 5, without their length; none before. */
  readonly properties?: Buffer
}

const single = new PublishEncoder()

/** One frame of its own, for a message now and then, such as a birth: it allocates. The topic is at most 65,535 bytes. */
export function encodePublish (message: PublishMessage): Buffer {
  const topic = Buffer.from(message.topic)
  if (topic.length > MAX_STRING_BYTES) throw new RangeError('topic is longer than 65,535 bytes')
  single.level = message.level
  single.qos = message.qos
  single.retain = message.retain
  single.packetId = message.packetId
  single.topic = topic
  single.topicStart = 0
  single.topicEnd = topic.length
  single.properties = message.properties ?? NOTHING
  single.propertiesEnd = single.properties.length
  single.payload = message.payload
  single.payloadStart = 0
  single.payloadEnd = message.payload.length
  const frame = Buffer.allocUnsafe(single.size())
  single.write(frame, 0)
  single.payload = single.properties = NOTHING
  single.propertiesEnd = 0
  return frame
}
