/** Neighbouring frames of one buffer that go out together, in place. HOT. */
export class WrittenRun {
  #bytes: Buffer | null = null
  #start = 0
  #end = 0

  /** Bytes that wait. */
  get length (): number { return this.#bytes === null ? 0 : this.#end - this.#start }

  /** Adds the frame `bytes[start, end)`. @returns what has to be written before, as the frame is not its neighbour; null: nothing */
  add (bytes: Buffer, start: number, end: number): Buffer | null {
    const isNeighbour = this.#bytes === bytes && this.#end === start
    const before = isNeighbour ? null : this.take()
    if (!isNeighbour) {
      this.#bytes = bytes
      this.#start = start
    }
    this.#end = end
    return before
  }

  /** What is to be written; null: nothing. It is empty afterwards. */
  take (): Buffer | null {
    const bytes = this.#bytes
    if (bytes === null) return null
    this.#bytes = null
    return this.#start === 0 && this.#end === bytes.length ? bytes : bytes.subarray(this.#start, this.#end)
  }
}
