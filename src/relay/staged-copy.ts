/**
 * Copies pieces of one chunk, one after the other, into memory that fills from front to back. `Buffer.copy` makes a view for each
 * piece, which is 40 ns and 100 bytes of garbage; `copyWithin` makes none and takes 14 ns, but copies within one buffer only. So a
 * stretch of the chunk is copied at once to the end of that memory, where nothing is yet, and its pieces are taken from there. HOT.
 */
import { copyBytes } from '../mqtt/copy-bytes.ts'

/** Below this many bytes a loop is quicker than either. */
const LOOP_BELOW = 16
/** A stretch grows as long as all of it is used: what is copied in vain is at most as much as was of use. */
const FIRST_STRETCH = 2048
const LONGEST_STRETCH = 64 * 1024
/** A stretch that holds fewer pieces does not pay. */
const FEWEST_PIECES = 4
/** What lies between neighbouring pieces: header and name of a frame. */
const NEIGHBOUR = 256
/** A longer one is copied by itself: being copied twice costs it more than the view. */
const LONGEST_PIECE = 1024
const NOTHING: Buffer = Buffer.alloc(0)

export class StagedCopy {
  /** The bytes [#from, #to) of #source stand at #at of #into. */
  #source = NOTHING
  #into = NOTHING
  #from = 0
  #to = 0
  #at = 0
  #stretch = FIRST_STRETCH

  /** Copies `from[start, end)` to `at`, behind which `into` holds nothing. */
  copy (from: Buffer, start: number, end: number, into: Buffer, at: number): void {
    const length = end - start
    if (length < LOOP_BELOW) copyBytes(from, start, end, into, at)
    else if (this.#has(from, start, end, into, at) || this.#stage(from, start, end, into, at)) {
      const staged = this.#at + start - this.#from
      into.copyWithin(at, staged, staged + length)
    } else copyBytes(from, start, end, into, at)
  }

  /** Chunks may change from here on, and the memory be filled from its front again. */
  forget (): void {
    this.#source = this.#into = NOTHING
  }

  /** What was written since lies before `at`: a piece that stands behind its own place is as it was. */
  #has (from: Buffer, start: number, end: number, into: Buffer, at: number): boolean {
    return from === this.#source && into === this.#into && start >= this.#from && end <= this.#to &&
      at + end - start <= this.#at + start - this.#from
  }

  #stage (from: Buffer, start: number, end: number, into: Buffer, at: number): boolean {
    const isNext = from === this.#source && start - this.#to < NEIGHBOUR
    this.#stretch = isNext ? Math.min(this.#stretch * 2, LONGEST_STRETCH) : FIRST_STRETCH
    const length = end - start
    // frames may be longer than they were, and must not reach what is staged: an eighth of the room is left between
    const room = (into.length - at - length) * 7 >>> 3
    const stretch = Math.min(this.#stretch, from.length - start, room)
    this.#source = from
    this.#into = into
    this.#from = this.#to = end
    if (length > LONGEST_PIECE || stretch < length * FEWEST_PIECES) return false
    this.#from = start
    this.#to = start + stretch
    this.#at = into.length - stretch
    from.copy(into, this.#at, start, this.#to)
    return true
  }
}
