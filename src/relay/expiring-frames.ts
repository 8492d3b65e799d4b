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

  /** Brings `bytes[0, length)` up to date and forgets it; answers how many frames are gone [MQTT-3.3.2-5]. What is left is {@link length}. */
  settle (bytes: Buffer, length: number, now: number): number {
    let expired = 0
    let kept = 0
    let from = 0
    for (let i = 0; i < this.#ends.length; i++) {
      const end = this.#ends[i] as number
      const deadline = this.#deadlines[i] as number
      if (deadline > now) {
        writeSecondsLeft(bytes, end, this.#fromEnds[i] as number, deadline, now)
        continue
      }
      expired++
      kept = moved(bytes, from, end - (this.#lengths[i] as number), kept)
      from = end
    }
    this.length = expired === 0 ? length : moved(bytes, from, length, kept)
    this.clear()
    return expired
  }

  /** Bytes of the batch that was settled last. */
  length = 0

  clear (): void {
    this.#ends.length = this.#lengths.length = this.#fromEnds.length = this.#deadlines.length = 0
  }
}

/** Moves a part to the front, where it does not stand there; answers where the next goes. */
function moved (bytes: Buffer, start: number, end: number, to: number): number {
  if (start === to) return end
  return copyBytes(bytes, start, end, bytes, to)
}
