/** The frames of a batch that say a message expiry: counted down when the batch goes out, and those taken out whose time is over. HOT. */
import { copyBytes } from '../mqtt/copy-bytes.ts'
import { type MessageExpiry, writeSecondsLeft } from './message-expiry.ts'

export class ExpiringFrames {
  /** Side by side, in the order of the batch. */
  readonly #ends: number[] = []
  readonly #lengths: number[] = []
  readonly #fromEnds: number[] = []
  readonly #deadlines: number[] = []

  get empty (): boolean { return this.#ends.length === 0 }

  /** The frame of `length` bytes that ends at `end` of the batch. */
  note (end: number, length: number, { fromEnd, deadline }: MessageExpiry): void {
    this.#ends.push(end)
    this.#lengths.push(length)
    this.#fromEnds.push(fromEnd)
    this.#deadlines.push(deadline)
  }

  /** Brings `bytes[0, length)` up to date; answers how many frames are gone [MQTT-3.3.2-5]. What is left is {@link length}. */
  settle (bytes: Buffer, length: number, now: number): number {
    let expired = 0
    let left = 0
    let removed = 0
    let kept = 0
    let from = 0
    for (let i = 0; i < this.#ends.length; i++) {
      const end = this.#ends[i] as number
      const deadline = this.#deadlines[i] as number
      const own = this.#lengths[i] as number
      if (deadline > now) {
        writeSecondsLeft(bytes, end, this.#fromEnds[i] as number, deadline, now)
        this.#move(i, left++, removed)
        continue
      }
      expired++
      removed += own
      kept = moved(bytes, from, end - own, kept)
      from = end
    }
    this.length = expired === 0 ? length : moved(bytes, from, length, kept)
    this.#truncate(left)
    return expired
  }

  /** What is known of frame `i` is known of one at `to`, whose place is so many bytes nearer to the front. */
  #move (i: number, to: number, bytes: number): void {
    this.#ends[to] = (this.#ends[i] as number) - bytes
    this.#lengths[to] = this.#lengths[i] as number
    this.#fromEnds[to] = this.#fromEnds[i] as number
    this.#deadlines[to] = this.#deadlines[i] as number
  }

  /** The frames before `start` have gone; the others stand so many bytes nearer to the front from now on. */
  forget (start: number, bytes: number): void {
    let left = 0
    for (let i = 0; i < this.#ends.length; i++) if ((this.#ends[i] as number) > start) this.#move(i, left++, bytes)
    this.#truncate(left)
  }

  /** Bytes of the batch that was settled last. */
  length = 0

  clear (): void {
    this.#truncate(0)
  }

  #truncate (count: number): void {
    this.#ends.length = this.#lengths.length = this.#fromEnds.length = this.#deadlines.length = count
  }
}

/** Moves a part to the front, where it does not stand there; answers where the next goes. */
function moved (bytes: Buffer, start: number, end: number, to: number): number {
  if (start === to) return end
  return copyBytes(bytes, start, end, bytes, to)
}
