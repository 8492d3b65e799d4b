/**
 * Chunks of memory that a lane has let go and will take again. A chunk of a lane's log lives long enough to be old to the collector, so that each one
 * that is thrown away waits for a collection of the whole heap (docs/design/hot-path.md). Not shared by lanes: a remote that acknowledges what it has not
 * got would be sent bytes of another one's messages. HOT.
 */

/** Kept while they are needed, bytes. */
const MOST_BYTES = 16 * 1024 * 1024
/** Chunks kept for good. */
const LEAST = 2
/** Those that were not needed for so long are given back to the system. */
const TRIM_MS = 1000

export class SpareChunks {
  readonly #size: number
  readonly #most: number
  readonly #later: (call: () => void, ms: number) => void
  readonly #chunks: Buffer[] = []
  /** Fewest that were here since the last look: so many were not needed. */
  #fewest = 0
  #looking = false

  /**
   * @param size of each chunk, bytes
   * @param later calls once after so many milliseconds
   */
  constructor (size: number, later: (call: () => void, ms: number) => void) {
    this.#size = size
    this.#most = Math.max(LEAST, Math.floor(MOST_BYTES / size))
    this.#later = later
  }

  get bytes (): number { return this.#chunks.length * this.#size }

  /** A chunk with anything in it. */
  take (): Buffer {
    const chunk = this.#chunks.pop()
    if (chunk === undefined) return Buffer.allocUnsafeSlow(this.#size)
    if (this.#chunks.length < this.#fewest) this.#fewest = this.#chunks.length
    return chunk
  }

  give (chunk: Buffer): void {
    if (this.#chunks.length >= this.#most) return
    this.#chunks.push(chunk)
    if (!this.#looking && this.#chunks.length > LEAST) this.#lookLater()
  }

  #lookLater (): void {
    this.#looking = true
    this.#fewest = this.#chunks.length
    this.#later(this.#trim, TRIM_MS)
  }

  readonly #trim = (): void => {
    this.#looking = false
    const unused = Math.min(this.#fewest, this.#chunks.length - LEAST)
    if (unused > 0) this.#chunks.length -= unused
    if (this.#chunks.length > LEAST) this.#lookLater()
  }
}
