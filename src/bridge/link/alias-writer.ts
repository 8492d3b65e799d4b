/**
 * The writing side of a link to a remote that takes topic aliases: names that are sent again and again go out as two bytes. What the outbox keeps,
 * in memory and on disk, has its name in full: an alias means nothing beyond this connection [MQTT-3.3.2-7]. HOT where `topic_alias` is set.
 */
import type { BridgeCounters } from '../../metrics/bridge-counters.ts'
import { copyBytes } from '../../mqtt/copy-bytes.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import { PropertyId } from '../../mqtt/v5/property-id.ts'
import { readVariableByteInteger, variableByteIntegerSize, writeVariableByteInteger } from '../../mqtt/variable-byte-integer.ts'
import type { LinkMeter, LinkWriter } from '../../relay/link.ts'
import { topicKey } from '../../relay/topic-key.ts'
import { TopicAliases } from './topic-aliases.ts'

/** What the property takes. */
const PROPERTY = 3
/** A frame grows at most so much by it: its two lengths may need a byte more. */
const GROWTH = PROPERTY + 2
const DUP = 0x08

/** Sent bytes, as they are counted before they come here. */
type SentBytes = Pick<BridgeCounters, 'sentBytes' | 'sentBytesQos1' | 'sentBytesQos2'>

export class AliasWriter implements LinkWriter {
  readonly #link: LinkWriter
  readonly #aliases: TopicAliases
  readonly #maximumPacketSize: number
  readonly #counters: SentBytes
  /** Of the frames in work, one for each: see {@link TopicAliases.of}. */
  readonly #chosen: number[] = []
  /** Of the frame in work. */
  #header = 0
  #body = 0
  #topicEnd = 0
  #end = 0
  #properties = 0

  /** @param most aliases, at least 1 @param maximumPacketSize of the remote */
  constructor (link: LinkWriter, most: number, maximumPacketSize: number, counters: SentBytes) {
    this.#link = link
    this.#aliases = new TopicAliases(most)
    this.#maximumPacketSize = maximumPacketSize
    this.#counters = counters
  }

  get meter (): LinkMeter | null { return this.#link.meter ?? null }

  begin (): void { this.#link.begin() }
  end (): void { this.#link.end() }

  write (frames: Buffer, written: (() => void) | null): boolean {
    const length = this.#choose(frames)
    if (length < 0) return this.#link.write(frames, written)
    const shorter = this.#rewritten(frames, length)
    written?.() // nothing points into them any more
    return this.#link.write(shorter, null)
  }

  /** Chooses for each frame; answers the length of all as they go out, -1 when they go as they are. */
  #choose (frames: Buffer): number {
    const chosen = this.#chosen
    chosen.length = 0
    let length = frames.length
    let some = false
    for (let at = 0; at < frames.length; at = this.#end) {
      const alias = this.#read(frames, at) ? this.#aliases.of(topicKey(frames, this.#body + 2, this.#topicEnd)) : 0
      chosen.push(alias)
      if (alias === 0) continue
      some = true
      const saved = this.#end - at - this.#size(alias)
      length -= saved
      this.#count(saved)
    }
    return some ? length : -1
  }

  /** Reads the frame; is it a PUBLISH that an alias could be for? One that is sent again is not: it is told apart by nothing but its packet id. */
  #read (frames: Buffer, at: number): boolean {
    const header = this.#header = frames[at] as number
    const length = readVariableByteInteger(frames, at + 1, frames.length)
    const body = this.#body = at + 1 + variableByteIntegerSize(length)
    this.#end = body + length
    if (header >> 4 !== PacketType.PUBLISH || (header & DUP) !== 0 || this.#end - at + GROWTH > this.#maximumPacketSize) return false
    const topicLength = ((frames[body] as number) << 8) | (frames[body + 1] as number)
    this.#topicEnd = body + 2 + topicLength
    this.#properties = readVariableByteInteger(frames, this.#blockStart, this.#end)
    return topicLength > GROWTH
  }

  /** Where the property block begins, with its length. */
  get #blockStart (): number { return this.#topicEnd + ((this.#header & 0x06) === 0 ? 0 : 2) }

  #count (saved: number): void {
    const qos = (this.#header >> 1) & 3
    this.#counters.sentBytes -= saved
    if (qos === 1) this.#counters.sentBytesQos1 -= saved
    else if (qos === 2) this.#counters.sentBytesQos2 -= saved
  }

  /** Behind the fixed header. */
  #bodySize (alias: number): number {
    const grown = variableByteIntegerSize(this.#properties + PROPERTY) - variableByteIntegerSize(this.#properties)
    return this.#end - this.#body + PROPERTY + grown - (alias > 0 ? this.#topicEnd - this.#body - 2 : 0)
  }

  #size (alias: number): number {
    const body = this.#bodySize(alias)
    return 1 + variableByteIntegerSize(body) + body
  }

  #rewritten (frames: Buffer, length: number): Buffer {
    const into = Buffer.allocUnsafe(length)
    let to = 0
    /** What goes out as it is and is not copied yet begins here. */
    let from = 0
    let at = 0
    for (const alias of this.#chosen) {
      this.#read(frames, at)
      if (alias !== 0) {
        to = this.#put(frames, alias, into, copyBytes(frames, from, at, into, to))
        from = this.#end
      }
      at = this.#end
    }
    copyBytes(frames, from, frames.length, into, to)
    return into
  }

  #put (frames: Buffer, alias: number, into: Buffer, to: number): number {
    into[to] = this.#header
    to = writeVariableByteInteger(this.#bodySize(alias), into, to + 1)
    if (alias > 0) {
      into[to] = into[to + 1] = 0 // [MQTT-3.3.2-8]
      to += 2
    } else to = copyBytes(frames, this.#body, this.#topicEnd, into, to)
    const block = this.#blockStart
    to = copyBytes(frames, this.#topicEnd, block, into, to)
    to = writeVariableByteInteger(this.#properties + PROPERTY, into, to)
    into[to] = PropertyId.TOPIC_ALIAS
    to = into.writeUInt16BE(Math.abs(alias), to + 1)
    return copyBytes(frames, block + variableByteIntegerSize(this.#properties), this.#end, into, to)
  }
}
