/** Numbers that the remote has taken, gathered into ranges until they are written down; in order they make one range. */

const RANGE_BYTES = 12

export class AcknowledgedRanges {
  #firsts: number[] = []
  #counts: number[] = []

  add (number: number): void {
    const at = this.#firsts.length - 1
    if (at >= 0 && (this.#firsts[at] as number) + (this.#counts[at] as number) === number) {
      this.#counts[at] = (this.#counts[at] as number) + 1
      return
    }
    this.#firsts.push(number)
    this.#counts.push(1)
  }

  /** The body of an ACKNOWLEDGED record: pairs of first number (8) and count (4); empty when there is nothing to write. */
  take (): Buffer {
    const body = Buffer.allocUnsafe(this.#firsts.length * RANGE_BYTES)
    for (let i = 0; i < this.#firsts.length; i++) {
      body.writeDoubleLE(this.#firsts[i] as number, i * RANGE_BYTES)
      body.writeUInt32LE(this.#counts[i] as number, i * RANGE_BYTES + 8)
    }
    this.#firsts = []
    this.#counts = []
    return body
  }
}
