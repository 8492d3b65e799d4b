/**
 * Messages of QoS 1 and 2 in the order they were admitted, each kept as the frame that goes to the remote until the remote has it.
 * A log of chunks; what is known of a message stands in rings of numbers, by its sequence. Frames lie side by side in a chunk, so
 * that what is sent is a view of the log and no second copy. Bounds reach from the oldest unsettled message to the newest. HOT.
 */
import type { ReceiptHolder } from './receipts.ts'
import { LogChunks } from './log-chunks.ts'
import { type MessageExpiry, NEVER, writeSecondsLeft } from './message-expiry.ts'

/** Where a message stands with the remote. */
export const MessageState = {
  QUEUED: 0,
  /** PUBLISH sent. */
  SENT: 1,
  /** PUBREC received, PUBREL sent. */
  RELEASED: 2,
  /** The remote has it, or it was given up. */
  SETTLED: 3,
  /** PUBREC received; PUBREL waits for the journal. */
  RELEASING: 4,
  /** Of QoS 2 and from a process before this one, which may have sent it: under the id that follows from its number. */
  INHERITED: 5,
  /** As {@link INHERITED}, and PUBREC had come. */
  INHERITED_RELEASED: 6
} as const
export type MessageState = typeof MessageState[keyof typeof MessageState]

export class Lane {
  readonly chunks: LogChunks
  readonly #maxCount: number
  readonly #maxBytes: number
  #mask = 63
  #chunk = new Uint32Array(64)
  #at = new Uint32Array(64)
  #length = new Uint32Array(64)
  /** Of the packet id, from the frame's start. */
  #idAt = new Uint32Array(64)
  #header = new Uint8Array(64)
  #state = new Uint8Array(64)
  #id = new Uint16Array(64)
  /** Who is told when the remote has it; unused, and so empty, where acknowledgements do not wait for the remote. */
  #receipts: (ReceiptHolder | null)[] = []
  #slot = new Float64Array(64)
  /** Its number in the journal; empty where there is none. */
  #numbers = new Float64Array(0)
  /** When it is not to be sent any more, and where its seconds stand; empty until a message expires. */
  #deadline = new Float64Array(0)
  #expiryFromEnd = new Uint32Array(0)
  #bytes = 0

  /** Told the journal's number of each message that is settled. */
  onSettled: ((number: number) => void) | null = null
  /** Sequence of the oldest message not settled; equal to {@link tail} when there is none. */
  head = 0
  /** Sequence the next message gets. */
  tail = 0
  /** Bytes of all that have left, in all. */
  gone = 0

  constructor (maxCount: number, maxBytes: number) {
    this.#maxCount = maxCount
    this.#maxBytes = maxBytes
    this.chunks = new LogChunks(maxBytes)
  }

  /** Messages from the oldest unsettled one on. */
  get count (): number { return this.tail - this.head }
  /** Their bytes. */
  get bytes (): number { return this.#bytes }

  /** Which part of its bounds is taken, 0 to 1. */
  get fill (): number { return Math.max((this.tail - this.head) / this.#maxCount, this.#bytes / this.#maxBytes) }

  /** May `count` messages of `bytes` together come in? An empty lane takes any offer: there is none it could never take. */
  hasRoom (count: number, bytes: number): boolean {
    return (this.tail - this.head + count <= this.#maxCount && this.#bytes + bytes <= this.#maxBytes) || this.tail === this.head
  }

  /** Enough has left since it was full that more is worth offering. */
  get roomy (): boolean {
    return (this.tail - this.head) * 8 <= this.#maxCount * 7 && this.#bytes * 8 <= this.#maxBytes * 7
  }

  /**
   * Notes a message whose frame the caller has put, or lets be put, at `at` of the newest chunk.
   * @param header first byte of the frame, without DUP
   */
  append (at: number, length: number, idAt: number, header: number): number {
    if (this.tail - this.head > this.#mask) this.#grow()
    const sequence = this.tail++
    const i = sequence & this.#mask
    this.#chunk[i] = this.chunks.newest
    this.#at[i] = at
    this.#length[i] = length
    this.#idAt[i] = idAt
    this.#header[i] = header
    this.#state[i] = MessageState.QUEUED
    if (this.#deadline.length !== 0) this.#deadline[i] = NEVER
    this.#bytes += length
    return sequence
  }

  /** `receipts.release(slot)` is called when the message is settled. */
  keepReceipt (sequence: number, receipts: ReceiptHolder, slot: number): void {
    if (this.#receipts.length === 0) this.#receipts = new Array<ReceiptHolder | null>(this.#mask + 1).fill(null)
    const i = sequence & this.#mask
    this.#receipts[i] = receipts
    this.#slot[i] = slot
  }

  /** The journal has the message under this number. */
  keepNumber (sequence: number, number: number): void {
    if (this.#numbers.length === 0) this.#numbers = new Float64Array(this.#mask + 1)
    this.#numbers[sequence & this.#mask] = number
  }

  /** The message expires. */
  keepExpiry (sequence: number, { deadline, fromEnd }: MessageExpiry): void {
    if (this.#deadline.length === 0) {
      this.#deadline = new Float64Array(this.#mask + 1)
      this.#expiryFromEnd = new Uint32Array(this.#mask + 1)
    }
    const i = sequence & this.#mask
    this.#deadline[i] = deadline
    this.#expiryFromEnd[i] = fromEnd
  }

  /** Did any message of this lane ever expire? */
  get expires (): boolean { return this.#deadline.length !== 0 }

  /** When the oldest message is not to be sent any more, by `performance.now()`; Infinity: it was sent, or does not expire. */
  get oldestDeadline (): number {
    if (this.head === this.tail || this.#deadline.length === 0) return Infinity
    const i = this.head & this.#mask
    const deadline = this.#deadline[i] as number
    return deadline === NEVER || this.#state[i] !== MessageState.QUEUED ? Infinity : deadline
  }

  /** Writes the seconds that are left into the frame; false when there are none. */
  isInTime (sequence: number): boolean {
    const i = sequence & this.#mask
    const deadline = this.#deadline[i] as number
    if (deadline === NEVER) return true
    const now = performance.now()
    const bytes = this.chunks.bytesOf(this.#chunk[i] as number)
    writeSecondsLeft(bytes, (this.#at[i] as number) + (this.#length[i] as number), this.#expiryFromEnd[i] as number, deadline, now)
    return deadline > now
  }

  numberOf (sequence: number): number { return this.#numbers[sequence & this.#mask] ?? 0 }

  stateOf (sequence: number): number { return this.#state[sequence & this.#mask] as number }
  setState (sequence: number, state: MessageState): void { this.#state[sequence & this.#mask] = state }
  headerOf (sequence: number): number { return this.#header[sequence & this.#mask] as number }
  setHeader (sequence: number, header: number): void { this.#header[sequence & this.#mask] = header }
  lengthOf (sequence: number): number { return this.#length[sequence & this.#mask] as number }
  setId (sequence: number, id: number): void { this.#id[sequence & this.#mask] = id }
  idOf (sequence: number): number { return this.#id[sequence & this.#mask] as number }
  idAtOf (sequence: number): number { return this.#idAt[sequence & this.#mask] as number }
  /** Ordinal of its chunk, for {@link LogChunks.bytesOf}, and where the frame starts there. */
  chunkOf (sequence: number): number { return this.#chunk[sequence & this.#mask] as number }
  startOf (sequence: number): number { return this.#at[sequence & this.#mask] as number }

  /** Puts id and first byte into the frame itself; it goes out as it then stands. */
  stamp (sequence: number, id: number, header: number): void {
    const i = sequence & this.#mask
    const bytes = this.chunks.bytesOf(this.#chunk[i] as number)
    const at = this.#at[i] as number
    const idAt = at + (this.#idAt[i] as number)
    bytes[at] = header
    bytes[idAt] = id >> 8
    bytes[idAt + 1] = id & 0xff
    this.#id[i] = id
  }

  /**
   * The remote has it, or it is given up: its publisher may hear so, and its bytes are let go in the order they came.
   * @param stays in the journal, until {@link onSettled} is called for it
   */
  settle (sequence: number, stays = false): void {
    const i = sequence & this.#mask
    this.#state[i] = MessageState.SETTLED
    if (this.#receipts.length !== 0) this.#release(i)
    if (!stays && this.onSettled !== null && this.#numbers.length !== 0) this.onSettled(this.#numbers[i] as number)
    if (sequence === this.head) this.#advance()
  }

  #release (i: number): void {
    const receipts = this.#receipts[i] as ReceiptHolder | null
    if (receipts === null) return
    this.#receipts[i] = null
    receipts.release(this.#slot[i] as number)
  }

  #advance (): void {
    const before = this.#bytes
    let head = this.head
    const tail = this.tail
    while (head !== tail && this.#state[head & this.#mask] === MessageState.SETTLED) {
      this.#bytes -= this.#length[head & this.#mask] as number
      head++
    }
    this.head = head
    this.gone += before - this.#bytes
    this.chunks.release(head === tail ? this.chunks.newest : this.#chunk[head & this.#mask] as number, head === tail)
  }

  #grow (): void {
    const size = (this.#mask + 1) * 2
    const places = Uint32Array.from({ length: size }, (_, i) => {
      // the sequence in [head, head + size) that falls on i
      return (this.head + ((i - this.head) & (size - 1))) & this.#mask
    })
    const moved = <T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(from: T, to: T): T => {
      for (let i = 0; i < size; i++) to[i] = from[places[i] as number] as number
      return to
    }
    this.#chunk = moved(this.#chunk, new Uint32Array(size))
    this.#at = moved(this.#at, new Uint32Array(size))
    this.#length = moved(this.#length, new Uint32Array(size))
    this.#idAt = moved(this.#idAt, new Uint32Array(size))
    this.#header = moved(this.#header, new Uint8Array(size))
    this.#state = moved(this.#state, new Uint8Array(size))
    this.#id = moved(this.#id, new Uint16Array(size))
    this.#slot = moved(this.#slot, new Float64Array(size))
    if (this.#deadline.length !== 0) {
      this.#deadline = moved(this.#deadline, new Float64Array(size))
      this.#expiryFromEnd = moved(this.#expiryFromEnd, new Uint32Array(size))
    }
    if (this.#numbers.length !== 0) this.#numbers = moved(this.#numbers, new Float64Array(size))
    if (this.#receipts.length !== 0) {
      const receipts: (ReceiptHolder | null)[] = []
      for (let i = 0; i < size; i++) receipts.push(this.#receipts[places[i] as number] ?? null)
      this.#receipts = receipts
    }
    this.#mask = size - 1
  }
}
