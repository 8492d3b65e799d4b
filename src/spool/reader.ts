/**
 * Reads a journal's waiting messages in order, a block at a time, for an outbox whose memory could not hold them all. It sees what has
 * been written, passes over what was taken in the meantime, and goes on where it stopped when more has been written.
 */
import type { Disk, SpoolFile } from './disk.ts'
import { readMessage, type SpooledMessage } from './message.ts'
import { PassedOver } from './passed-over.ts'
import { HEADER_BYTES, headerAt, readRecords, RecordKind } from './record.ts'
import type { Retention } from './retention.ts'
import { type Segment, SEGMENT_HEADER_BYTES } from './segment.ts'
import type { WaitingSet } from './waiting-set.ts'

const BLOCK_BYTES = 1024 * 1024

export interface ReadMessage {
  readonly number: number
  readonly message: SpooledMessage
}

export interface SpoolReaderOptions {
  readonly disk: Disk
  readonly retention: Retention
  readonly waiting: WaitingSet
  /** Told of messages that wait and that no file holds any more: what stood there is damaged. */
  readonly lost: (numbers: readonly number[]) => void
}

export class SpoolReader {
  readonly #disk: Disk
  readonly #retention: Retention
  readonly #waiting: WaitingSet
  readonly #lost: (numbers: readonly number[]) => void
  readonly #passedOver = new PassedOver()
  #next: number
  #segment: Segment | null = null
  #file: SpoolFile | null = null
  #position = 0
  /** Of the last file that was read to its end. */
  #ordinal = -1

  constructor ({ disk, retention, waiting, lost }: SpoolReaderOptions, from: number) {
    this.#disk = disk
    this.#retention = retention
    this.#waiting = waiting
    this.#lost = lost
    this.#next = from
  }

  /** The next messages, about a megabyte of them; empty when all that was written has been given out. Never two at a time. */
  async next (): Promise<ReadMessage[]> {
    while (this.#wanted <= this.#retention.writtenThrough) {
      const lowest = this.#waiting.lowest()
      if (lowest === Infinity || lowest > this.#retention.writtenThrough) return []
      if (lowest > this.#next) this.#next = lowest
      if (!await this.#open()) return []
      const found = await this.#block()
      if (found.length > 0) return found
      const segment = this.#segment
      if (segment === null || this.#position < segment.bytes) continue
      if (this.#isLast()) return []
      await this.#endSegment(segment)
    }
    return []
  }

  /** All messages up to this number were written, and {@link next} has no more of them: what was not found on the way is lost. */
  ended (through: number): void {
    this.#passTo(through + 1)
    this.#loseBelow(Infinity)
  }

  /** Lowest number that is still to be found. */
  get #wanted (): number { return Math.min(this.#next, this.#passedOver.lowest) }

  /** Notes what waits below `number` and has not come. */
  #passTo (number: number): void {
    for (; this.#next < number; this.#next++) if (this.#waiting.has(this.#next)) this.#passedOver.add(this.#next)
  }

  #loseBelow (number: number): void {
    const lost = this.#passedOver.takeBelow(number).filter(each => this.#waiting.has(each))
    if (lost.length > 0) this.#lost(lost)
  }

  async #endSegment (segment: Segment): Promise<void> {
    this.#passTo(segment.lastNumber + 1)
    this.#ordinal = segment.ordinal
    await this.close()
  }

  /** Lets the file go; {@link next} opens it again. */
  async close (): Promise<void> {
    const file = this.#file
    this.#file = null
    this.#segment = null
    await file?.close()
  }

  #isLast (): boolean {
    return this.#segment === null || this.#segment === this.#retention.segments.at(-1)
  }

  async #open (): Promise<boolean> {
    if (this.#segment !== null && this.#segment.lastNumber < this.#next && !this.#isLast()) await this.#endSegment(this.#segment)
    if (this.#file !== null) return true
    const segment = this.#retention.segments.find(segment => segment.ordinal > this.#ordinal && segment.lastNumber >= this.#wanted)
    if (segment === undefined) return false
    this.#file = await this.#disk.openForReading(segment.file)
    this.#segment = segment
    this.#position = SEGMENT_HEADER_BYTES
    this.#loseBelow(segment.firstNumber)
    return true
  }

  async #block (): Promise<ReadMessage[]> {
    const segment = this.#segment
    const file = this.#file
    if (segment === null || file === null || this.#position >= segment.bytes) return []
    let bytes = await this.#read(file, Math.min(BLOCK_BYTES, segment.bytes - this.#position))
    if (headerAt(bytes, 0, segment.salt)) {
      const whole = HEADER_BYTES + bytes.readUInt32LE(8)
      if (whole > bytes.length && this.#position + whole <= segment.bytes) bytes = await this.#read(file, whole)
    }
    const found: ReadMessage[] = []
    const damages = readRecords(bytes, 0, segment.salt, ({ kind, number, flags, body }) => {
      if (kind !== RecordKind.MESSAGE || !this.#waiting.has(number) || (number < this.#next && !this.#passedOver.found(number))) return
      const message = readMessage(body, flags)
      this.#passTo(number)
      this.#next = Math.max(this.#next, number + 1)
      if (message !== null) found.push({ number, message })
    })
    const last = damages.at(-1)
    const cut = last?.torn === true && this.#position + bytes.length < segment.bytes ? last.at : bytes.length
    // a block that starts inside damage wider than itself is passed over whole
    this.#position += cut === 0 ? bytes.length : cut
    return found
  }

  async #read (file: SpoolFile, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length)
    let got = 0
    while (got < length) {
      const more = await file.read(bytes.subarray(got), this.#position + got)
      if (more === 0) break
      got += more
    }
    return bytes.subarray(0, got)
  }
}
