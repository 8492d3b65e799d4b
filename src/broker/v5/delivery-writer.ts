/**
 * The last look at what goes out to a device of MQTT 5: CONNACK in its own words, seconds to expiry as they are now,
 * RETAIN where it was asked for, a topic alias where it saves bytes. Most frames go out as they were written.
 */
import { PacketType } from '../../mqtt/packet-type.ts'
import { variableByteIntegerSize, readVariableByteInteger, writeVariableByteInteger } from '../../mqtt/variable-byte-integer.ts'
import { NO_PROPERTIES, encodeDisconnect5 } from '../../mqtt/v5/answers.ts'
import { PropertyId } from '../../mqtt/v5/property-id.ts'
import { type Notice, noticeBlock } from '../../mqtt/v5/property-writer.ts'
import { NOTE_EXPIRES, NOTE_FIRST, NOTE_RETAIN, NOTE_SECOND, NOTE_SIZE } from './delivery-block.ts'

/** Aliases that are used though a device would take more: the first so many topics, which are never given up for others. */
const MAX_ALIASES = 32
/** A shorter topic is not worth the three bytes of its alias. */
const ALIAS_FROM = 8
const ALIAS_SIZE = 3
const PUBLISH_QOS = 0x06

export interface WriterTerms {
  readonly topicAliasMaximum: number
  readonly maximumPacketSize: number
  readonly problemInformation: boolean
  readonly connack: (returnCode: number) => Buffer
}

export class DeliveryWriter {
  readonly #terms: WriterTerms
  readonly #maxAliases: number
  /** By the topic's bytes as latin1 text. */
  readonly #aliases = new Map<string, number>()
  /** Of the frame in work: where its block is, or the note before it. */
  #block = 0
  #noted = false

  constructor (terms: WriterTerms) {
    this.#terms = terms
    this.#maxAliases = Math.min(terms.topicAliasMaximum, MAX_ALIASES)
  }

  /** What goes out in place of a frame; null: the frame as it is. */
  rewritten (bytes: Buffer, start: number, body: number, end: number): Buffer | null {
    const type = (bytes[start] as number) >> 4
    if (type === PacketType.CONNACK) return this.#terms.connack(bytes[body + 1] as number)
    if (type !== PacketType.PUBLISH) return null
    const block = blockOf(bytes, start, body)
    const noted = bytes[block] === NOTE_FIRST && bytes[block + 1] === NOTE_SECOND
    if (!noted && this.#maxAliases === 0) return null
    this.#noted = noted
    this.#block = block
    return this.#publish(bytes, start, body, end)
  }

  /** DISCONNECT, without its words where they make it larger than the device takes [MQTT-3.14.2-3]. */
  disconnect (reasonCode: number, notice: Notice): Buffer {
    const full = encodeDisconnect5(reasonCode, noticeBlock(notice))
    return full.length > this.#terms.maximumPacketSize ? encodeDisconnect5(reasonCode, noticeBlock({ ...notice, reason: '' })) : full
  }

  /**
   * A block with the reason string of an acknowledgement; empty where the device does not want one [MQTT-3.1.2-29] or it makes the packet larger than
   * the device takes [MQTT-3.4.2-2]. @param besides bytes of the packet without its block
   */
  notice (reason: string, besides: number): Buffer {
    const block = noticeBlock({ reason: this.#terms.problemInformation ? reason : '' })
    return besides + block.length > this.#terms.maximumPacketSize ? NO_PROPERTIES : block
  }

  /** Does the device take packets of this size [MQTT-3.1.2-24]? */
  takes (size: number): boolean { return size <= this.#terms.maximumPacketSize }

  /** Has a message expired while it was held? */
  hasExpired (frame: Buffer, body: number): boolean {
    const block = blockOf(frame, 0, body)
    if (frame[block] !== NOTE_FIRST || frame[block + 1] !== NOTE_SECOND) return false
    return ((frame[block + 2] as number) & NOTE_EXPIRES) !== 0 && frame.readUIntBE(block + 3, 6) <= Date.now()
  }

  #publish (bytes: Buffer, start: number, body: number, end: number): Buffer {
    const noted = this.#noted
    const block = this.#block
    const flags = noted ? bytes[block + 2] as number : 0
    const blockAt = noted ? block + NOTE_SIZE : block
    const blockLength = readVariableByteInteger(bytes, blockAt, end)
    const properties = blockAt + variableByteIntegerSize(blockLength)
    const topicEnd = body + 2 + bytes.readUInt16BE(body)
    const known = this.#maxAliases === 0 ? 0 : this.#aliases.get(bytes.latin1Slice(body + 2, topicEnd)) ?? 0
    const alias = known !== 0 ? known : this.#newAlias(bytes, body + 2, topicEnd, end - start)
    const head = known !== 0 ? 2 : topicEnd - body
    const idSize = block - topicEnd
    const newBlock = blockLength + (alias === 0 ? 0 : ALIAS_SIZE)
    const length = head + idSize + variableByteIntegerSize(newBlock) + newBlock + end - properties - blockLength
    const frame = Buffer.allocUnsafe(1 + variableByteIntegerSize(length) + length)
    frame[0] = (bytes[start] as number) | ((flags & NOTE_RETAIN) === 0 ? 0 : 1)
    let at = writeVariableByteInteger(length, frame, 1)
    if (known !== 0) at = frame.writeUInt16BE(0, at)
    else at += bytes.copy(frame, at, body, topicEnd)
    at += bytes.copy(frame, at, topicEnd, block)
    at = writeVariableByteInteger(newBlock, frame, at)
    if (alias !== 0) {
      frame[at] = PropertyId.TOPIC_ALIAS
      at = frame.writeUInt16BE(alias, at + 1)
    }
    bytes.copy(frame, at, properties, end)
    if ((flags & NOTE_EXPIRES) !== 0) frame.writeUInt32BE(Math.max(1, secondsLeft(bytes, block)), at + 1) // [MQTT-3.3.2-6]
    return frame
  }

  /** An alias for a topic that has none yet; 0: none. */
  #newAlias (bytes: Buffer, start: number, end: number, size: number): number {
    if (this.#aliases.size >= this.#maxAliases || end - start < ALIAS_FROM) return 0 // [MQTT-3.1.2-26] [MQTT-3.1.2-27]
    if (size + 2 * ALIAS_SIZE > this.#terms.maximumPacketSize) return 0
    const alias = this.#aliases.size + 1
    this.#aliases.set(bytes.latin1Slice(start, end), alias)
    return alias
  }
}

/** Where the property block stands in a PUBLISH, or the note before it. */
function blockOf (bytes: Buffer, start: number, body: number): number {
  return body + 2 + bytes.readUInt16BE(body) + (((bytes[start] as number) & PUBLISH_QOS) === 0 ? 0 : 2)
}

function secondsLeft (bytes: Buffer, note: number): number {
  return Math.ceil((bytes.readUIntBE(note + 3, 6) - Date.now()) / 1000)
}
