/**
 * The memory under a lane: chunks that are filled from front to back and let go from the oldest on. A chunk that was let go is
 * used again, as taking fresh memory costs page faults. Frames never cross chunks. HOT.
 */
import type { FrameSpace } from './frame-space.ts'
import { SpareChunks } from './spare-chunks.ts'
import { StagedCopy } from './staged-copy.ts'

const CHUNK_BYTES = 256 * 1024
const SMALLEST_CHUNK = 16 * 1024
const NOTHING: Buffer = Buffer.alloc(0)

export class LogChunks implements FrameSpace {
  readonly #size: number
  readonly #chunks: Buffer[] = []
  readonly #spares: SpareChunks
  /** Ordinal of #chunks[0]. */
  #first = 0
  /** Bytes of the newest chunk that are given out. */
  #filled = 0
  #current = NOTHING
  /** A run not yet copied: #run bytes of #source before #sourceEnd, to end at #filled of the newest chunk. */
  #source = NOTHING
  #run = 0
  #sourceEnd = 0
  readonly #staged = new StagedCopy()

  /**
   * @param budget bytes the lane may hold: a small one gets small chunks
   * @param later calls once after so many milliseconds
   */
  constructor (budget: number, later: (call: () => void, ms: number) => void = (call, ms) => { setTimeout(call, ms).unref() }) {
    this.#size = Math.max(SMALLEST_CHUNK, Math.min(CHUNK_BYTES, budget >>> 2))
    this.#spares = new SpareChunks(this.#size, later)
  }

  /** Ordinal of the chunk that is being filled. */
  get newest (): number { return this.#first + this.#chunks.length - 1 }

  /** The chunk that is being filled. */
  get buffer (): Buffer { return this.#current }

  /** Bytes of memory held, spare chunks included. */
  get held (): number {
    let sum = 0
    for (const chunk of this.#chunks) sum += chunk.length
    return sum + this.#spares.bytes
  }

  bytesOf (ordinal: number): Buffer {
    return this.#chunks[ordinal - this.#first] as Buffer
  }

  /** Makes room for a frame of `length` bytes in the newest chunk; answers where in it the frame goes. */
  reserve (length: number): number {
    if (this.#run !== 0) this.#copyRun()
    if (this.#filled + length > this.#current.length) this.#add(length)
    const at = this.#filled
    this.#filled += length
    return at
  }

  /** As {@link reserve}, for the frame `bytes[start, end)`, which is copied by the next {@link settle}: neighbours at once. */
  reserveRun (bytes: Buffer, start: number, end: number): number {
    const length = end - start
    if (bytes !== this.#source || start !== this.#sourceEnd || this.#filled + length > this.#current.length) {
      if (this.#run !== 0) this.#copyRun()
      if (this.#filled + length > this.#current.length) this.#add(length)
      this.#source = bytes
    }
    const at = this.#filled
    this.#filled += length
    this.#run += length
    this.#sourceEnd = end
    return at
  }

  copyTail (from: Buffer, start: number, end: number, at: number): void {
    this.#staged.copy(from, start, end, this.#current, at)
  }

  /** Copies what is only noted, so that its source may change and its frames can be sent. */
  settle (): void {
    this.#copyRun()
    this.#staged.forget()
  }

  #copyRun (): void {
    if (this.#run !== 0) this.#source.copy(this.#current, this.#filled - this.#run, this.#sourceEnd - this.#run, this.#sourceEnd)
    this.#run = 0
    this.#source = NOTHING
  }

  /**
   * Lets go of chunks older than `oldest`.
   * @param all nothing in the newest chunk is wanted either: it is filled from its front again
   */
  release (oldest: number, all: boolean): void {
    while (this.#first < oldest) {
      const chunk = this.#chunks.shift()
      this.#first++
      if (chunk !== undefined && chunk.length === this.#size) this.#spares.give(chunk)
    }
    if (!all || this.#run !== 0) return
    this.#filled = 0
    this.#staged.forget()
    if (this.#current.length > this.#size) this.#dropCurrent()
  }

  /** A chunk made for one large frame is not kept for small ones. */
  #dropCurrent (): void {
    this.#chunks.pop()
    this.#first++
    this.#current = NOTHING
  }

  #add (length: number): void {
    const chunk = length <= this.#size ? this.#spares.take() : Buffer.allocUnsafeSlow(length)
    this.#chunks.push(chunk)
    this.#current = chunk
    this.#filled = 0
    this.#staged.forget()
  }
}
