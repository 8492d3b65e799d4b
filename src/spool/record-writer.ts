/**
 * Puts records into the journal: numbers them, gathers them for a turn of the event loop or for as long as the disk is busy, and hands them
 * to the commit in groups. Appending is synchronous and copies once. HOT.
 */
import type { PublishView } from '../mqtt/publish-view.ts'
import { KEEP, type Rewrite } from '../relay/rewrite.ts'
import type { Commit } from './commit.ts'
import { MESSAGE_FIXED_BYTES, messageFlags, writeFixed } from './message.ts'
import { RecordBuffer } from './record-buffer.ts'
import { HEADER_BYTES, RecordKind, sealRecord } from './record.ts'

export interface RecordWriterOptions {
  readonly commit: Commit
  readonly salt: number
  readonly firstNumber: number
  readonly clock: () => number
  /** Milliseconds a message waits in memory for the remote's acknowledgement. */
  readonly spoolAfterMs: number
  /** Is what was gathered not to be written, since the remote has it already? Asked with its first and last number. */
  readonly isSpared: (firstNumber: number, lastNumber: number) => boolean
}

export class RecordWriter {
  readonly #options: RecordWriterOptions
  readonly #buffer = new RecordBuffer()
  #next: number
  #flushing: NodeJS.Immediate | NodeJS.Timeout | null = null
  #isFlushingSoon = false
  /** Records in the buffer that are no messages which may be spared. */
  #urgent = 0
  /** Where the note stands that others of its kind may still join, as nothing came after it; -1: there is none. Its header is not written yet. */
  #openAt = -1
  #openKind: RecordKind = RecordKind.RELEASED
  #openFlags = 0
  #closed = false

  constructor (options: RecordWriterOptions) {
    this.#options = options
    this.#next = options.firstNumber
  }

  /** The number of the newest record. */
  get last (): number { return this.#next - 1 }

  /** Bytes gathered and not handed on. */
  get heldBytes (): number { return this.#buffer.used }

  /** Is this record still here, so that it may be spared? */
  holds (number: number): boolean {
    return this.#options.spoolAfterMs > 0 && this.#buffer.used > 0 && number >= this.#buffer.firstNumber
  }

  /** Appends a message; see {@link Spool.append}. */
  // eslint-disable-next-line max-params -- nothing is allocated for a message
  message (view: PublishView, clientId: Buffer, publisherId: number, change: Rewrite | null, arrived: number): number {
    const topic = change?.topic ?? view.bytes
    const topicStart = topic === view.bytes ? view.topicStart : 2
    const topicEnd = topic === view.bytes ? view.topicEnd : topic.length
    const topicLength = topicEnd - topicStart
    const propertiesLength = view.propertiesEnd - view.propertiesStart
    const length = MESSAGE_FIXED_BYTES + clientId.length + topicLength + propertiesLength + view.end - view.payloadStart
    this.#seal()
    const number = this.#next++
    const at = this.#buffer.reserve(HEADER_BYTES + length, number)
    const bytes = this.#buffer.bytes
    let end = writeFixed(bytes, at + HEADER_BYTES, { arrived, publisherId, clientIdLength: clientId.length, topicLength, propertiesLength })
    end += clientId.copy(bytes, end)
    end += topic.copy(bytes, end, topicStart, topicEnd)
    end += view.bytes.copy(bytes, end, view.propertiesStart, view.propertiesEnd)
    view.bytes.copy(bytes, end, view.payloadStart, view.end)
    const qos = change === null || change.qos === KEEP ? view.qos : change.qos
    const retain = change === null || change.retain === KEEP ? view.retain : change.retain === 1
    sealRecord(bytes, at, { kind: RecordKind.MESSAGE, flags: messageFlags(qos, retain), length, number, salt: this.#options.salt })
    // QoS 2 goes to the remote only when it is safe here, and the device's handshake is to be kept
    if (qos === 2 || publisherId !== 0) this.#writeSoon()
    else this.#schedule(this.#options.spoolAfterMs)
    return number
  }

  /** Appends a record that is no message, copying its body. @returns its number */
  note (kind: RecordKind, body: Buffer, flags = 0): number {
    this.#seal()
    const number = this.#next++
    const at = this.#buffer.reserve(HEADER_BYTES + body.length, number)
    body.copy(this.#buffer.bytes, at + HEADER_BYTES)
    this.#openAt = at
    this.#openKind = kind
    this.#openFlags = flags
    this.#writeSoon()
    return number
  }

  /**
   * As {@link note}, for a kind whose body may speak of several things: it joins the record before it where that is of the same kind and not on
   * its way to the disk. PUBRECs and PUBRELs come by the hundred in one chunk, and a record each is 28 bytes and two checksums each.
   * @returns the number of the record it stands in
   */
  noteAmong (kind: RecordKind, body: Buffer): number {
    if (this.#openAt < 0 || this.#openKind !== kind) return this.note(kind, body)
    const number = this.last
    const at = this.#buffer.reserve(body.length, number)
    body.copy(this.#buffer.bytes, at)
    return number
  }

  /** Writes the header of the note that is open: no other joins it. */
  #seal (): void {
    const at = this.#openAt
    if (at < 0) return
    this.#openAt = -1
    const { bytes, used } = this.#buffer
    sealRecord(bytes, at, { kind: this.#openKind, flags: this.#openFlags, length: used - at - HEADER_BYTES, number: this.last, salt: this.#options.salt })
  }

  #writeSoon (): void {
    this.#urgent++
    if (this.#flushing !== null && !this.#isFlushingSoon) {
      clearTimeout(this.#flushing as NodeJS.Timeout)
      this.#flushing = null
    }
    this.#schedule(0)
  }

  #schedule (delayMs: number): void {
    if (this.#flushing !== null) return
    this.#isFlushingSoon = delayMs === 0
    this.#flushing = delayMs === 0 ? setImmediate(() => this.flush()) : setTimeout(() => this.flush(), delayMs)
  }

  /** The disk has returned: what gathered meanwhile is next. */
  goOn (): void {
    if (this.#buffer.used > 0) this.#schedule(0)
  }

  /** Hands the gathered records on unless the disk is busy: then they gather until it has returned. */
  flush (): void {
    this.#flushing = null
    if (this.#buffer.used === 0 || (!this.#options.commit.idle && !this.#closed)) return
    const { firstNumber, lastNumber } = this.#buffer
    if (this.#urgent === 0 && this.#options.spoolAfterMs > 0 && this.#options.isSpared(firstNumber, lastNumber)) {
      this.#buffer.discard()
      return
    }
    this.#urgent = 0
    this.#seal()
    this.#options.commit.push(this.#buffer.take().bytes, firstNumber, lastNumber)
  }

  /** Everything that is here is handed on at once. */
  close (): void {
    this.#closed = true
    if (this.#flushing !== null) {
      if (this.#isFlushingSoon) clearImmediate(this.#flushing as NodeJS.Immediate)
      else clearTimeout(this.#flushing as NodeJS.Timeout)
    }
    this.flush()
  }
}
