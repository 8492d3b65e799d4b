/**
 * Which messages of one publisher have arrived, one bit each, from the first one on that has not: a run of days takes no more memory than what is
 * on the way. HOT.
 */

/** Most bits of one publisher: what is further ahead than the first that is missing gives the older half of them up. */
const MOST = 2 ** 28
/** So far ahead no message is. A wrong number can not exhaust memory. */
const TOO_FAR = MOST + MOST / 2
const FIRST_BYTES = 1024

export const Arrival = { FIRST: 0, LATE: 1, AGAIN: 2, FOREIGN: 3 } as const
export type Arrival = typeof Arrival[keyof typeof Arrival]

export class SeenSequences {
  #bits = new Uint8Array(FIRST_BYTES)
  /** All before it have arrived, or are given up: who comes from there is taken for one that comes again. A multiple of 8. */
  #base = 0
  #highest = -1

  /** Memory taken. */
  get bytes (): number { return this.#bits.length }

  /** Notes one that came. @param low the last 32 bits of its number; the others follow from what came before */
  note (low: number): Arrival {
    const ahead = (low - this.#base) | 0
    const sequence = this.#base + ahead
    if (sequence < 0 || ahead >= TOO_FAR) return Arrival.FOREIGN
    if (ahead < 0) return Arrival.AGAIN
    if (ahead >>> 3 >= this.#bits.length) this.#makeRoom(sequence)
    const at = (sequence - this.#base) >>> 3
    const bit = 1 << (sequence & 7)
    const before = this.#bits[at] as number
    if ((before & bit) !== 0) return Arrival.AGAIN
    this.#bits[at] = before | bit
    if (sequence < this.#highest) return Arrival.LATE
    this.#highest = sequence
    return Arrival.FIRST
  }

  /** What is complete is let go, where that is half of it or more; otherwise there are more bits. */
  #makeRoom (sequence: number): void {
    const missing = this.#bits.findIndex(byte => byte !== 0xff)
    const complete = missing < 0 ? this.#bits.length : missing
    if (complete * 2 >= this.#bits.length) this.#letGo(complete)
    while ((sequence - this.#base) >>> 3 >= this.#bits.length) {
      if (this.#bits.length * 8 < MOST) this.#widen()
      else this.#letGo(this.#bits.length / 2)
    }
  }

  #letGo (bytes: number): void {
    this.#bits.copyWithin(0, bytes)
    this.#bits.fill(0, this.#bits.length - bytes)
    this.#base += bytes * 8
  }

  #widen (): void {
    const wider = new Uint8Array(this.#bits.length * 2)
    wider.set(this.#bits)
    this.#bits = wider
  }
}
