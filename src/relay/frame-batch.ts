/**
 * Frames that go out with the next flush and are then forgotten: QoS 0. Neighbouring frames of one chunk are noted as a
 * run and copied at once. A small batch is copied out right-sized and the big buffer kept; a well filled one is handed
 * over and comes back when its bytes have left: a fresh 256 KiB for each flush was measured at 65 µs a message at low rates. HOT.
 */
import { copyBytes } from '../mqtt/copy-bytes.ts'
import { frameLength } from '../mqtt/frame-layout.ts'
import { ExpiringFrames } from './expiring-frames.ts'
import type { FrameSpace } from './frame-space.ts'
import type { MessageExpiry } from './message-expiry.ts'
import { StagedCopy } from './staged-copy.ts'

export const BATCH_BYTES = 256 * 1024
/** From here on the buffer itself is handed over. */
const HAND_OVER = 32 * 1024
/** Buffers kept for another turn: one fills while one is being written. */
const SPARES = 2
const NOTHING: Buffer = Buffer.alloc(0)

export class FrameBatch implements FrameSpace {
  #buffer = NOTHING
  /** What was taken from its front stands before this. */
  #from = 0
  #length = 0
  /** A run not yet copied: #run bytes of #source before #sourceEnd. */
  #source = NOTHING
  #run = 0
  #sourceEnd = 0
  readonly #spares: Buffer[] = []
  readonly #expiring = new ExpiringFrames()
  readonly #staged = new StagedCopy()
  /** Messages in it. */
  count = 0

  /** Bytes that wait. */
  get length (): number { return this.#length + this.#run - this.#from }

  hasRoom (length: number): boolean { return this.#length + this.#run + length <= BATCH_BYTES }

  /** Adds the frame `bytes[start, end)` as it is; there is room. The bytes are copied by the next take. */
  addRun (bytes: Buffer, start: number, end: number): void {
    if (bytes !== this.#source || start !== this.#sourceEnd) {
      this.#copyRun()
      this.#source = bytes
    }
    this.#run += end - start
    this.#sourceEnd = end
    this.count++
  }

  /** Makes `length` bytes of room for a frame to be written into {@link buffer}; answers where. There is room. */
  reserve (length: number): number {
    if (this.#run !== 0) this.#copyRun()
    if (this.#buffer.length === 0) this.#renew()
    const at = this.#length
    this.#length += length
    this.count++
    return at
  }

  /** What {@link reserve} points into, until the next take. */
  get buffer (): Buffer { return this.#buffer }

  copyTail (from: Buffer, start: number, end: number, at: number): void {
    this.#staged.copy(from, start, end, this.#buffer, at)
  }

  /** The frame added last, of `length` bytes, expires. */
  noteExpiry (length: number, expiry: MessageExpiry): void {
    this.#expiring.note(this.#length + this.#run, length, expiry)
  }

  /** Counts expiries down and takes out what is over; answers how many messages that were. */
  expire (): number {
    if (this.#expiring.empty) return 0
    this.settle()
    const expired = this.#expiring.settle(this.#buffer, this.#length, performance.now())
    this.#length = this.#expiring.length
    this.count -= expired
    return expired
  }

  /** Everything that waits, in the order it came. Give it back by {@link giveBack} when its bytes have left. */
  take (): Buffer {
    this.settle()
    const all = this.#buffer.subarray(this.#from, this.#length)
    this.#from = this.#length = 0
    this.count = 0
    this.#expiring.clear()
    if (all.length < HAND_OVER) return Buffer.from(all)
    this.#buffer = NOTHING
    return all
  }

  /** Frames from the front, up to about `most` bytes and one at least: a copy, so that the others can stay where they are. */
  takeSome (most: number): Buffer {
    this.settle()
    let end = this.#from
    while (end < this.#length && end - this.#from < most) {
      end += frameLength(this.#buffer, end)
      this.count--
    }
    const some = Buffer.from(this.#buffer.subarray(this.#from, end))
    this.#from = end
    if (end === this.#length || end >= HAND_OVER) this.#close(end)
    else this.#expiring.forget(end, 0)
    return some
  }

  /** What has gone gives its room to what comes. */
  #close (bytes: number): void {
    copyBytes(this.#buffer, bytes, this.#length, this.#buffer, 0)
    this.#length -= bytes
    this.#from = 0
    this.#expiring.forget(bytes, bytes)
  }

  giveBack (taken: Buffer): void {
    if (this.#spares.length < SPARES && taken.length >= HAND_OVER) this.#spares.push(taken)
  }

  /** Copies what is only noted, so that its source may change. */
  settle (): void {
    this.#copyRun()
    this.#staged.forget()
  }

  clear (): void {
    this.#from = 0
    this.#length = 0
    this.#run = 0
    this.#source = NOTHING
    this.#sourceEnd = 0
    this.#staged.forget()
    this.#expiring.clear()
    this.count = 0
  }

  #copyRun (): void {
    if (this.#run !== 0) {
      if (this.#buffer.length === 0) this.#renew()
      this.#source.copy(this.#buffer, this.#length, this.#sourceEnd - this.#run, this.#sourceEnd)
      this.#length += this.#run
      this.#run = 0
    }
    this.#source = NOTHING
  }

  #renew (): void {
    const spare = this.#spares.pop()
    this.#staged.forget()
    this.#buffer = spare === undefined ? Buffer.allocUnsafeSlow(BATCH_BYTES) : Buffer.from(spare.buffer, 0, BATCH_BYTES)
  }
}
