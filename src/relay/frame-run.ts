/** Frames that lie side by side in one chunk, written to the link as one view of it. HOT. */
import type { LinkWriter } from './link.ts'

const NOTHING: Buffer = Buffer.alloc(0)

export class FrameRun {
  #bytes = NOTHING
  #start = 0
  #end = 0

  /**
   * Adds a frame; what was gathered before is written when the frame is not its neighbour.
   * @returns false when the link has enough
   */
  add (link: LinkWriter, bytes: Buffer, start: number, length: number): boolean {
    if (bytes === this.#bytes && start === this.#end) {
      this.#end += length
      return true
    }
    const more = this.write(link)
    this.#bytes = bytes
    this.#start = start
    this.#end = start + length
    return more
  }

  /** Writes what was gathered. @returns false when the link has enough */
  write (link: LinkWriter): boolean {
    if (this.#end === this.#start) return true
    const run = this.#bytes.subarray(this.#start, this.#end)
    this.#bytes = NOTHING
    this.#start = this.#end = 0
    return link.write(run, null)
  }
}
