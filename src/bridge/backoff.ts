/**
 * How long to wait before the next try: decorrelated jitter, each wait random between the shortest and three times the last, so
 * that a thousand bridges that lost one remote do not come back together.
 */

/** No wait is shorter. */
const SHORTEST_MS = 500

export class Backoff {
  readonly #shortest: number
  readonly #longest: number
  readonly #random: () => number
  #last: number

  /**
   * @param maxMs no wait is longer
   * @param random in [0, 1)
   */
  constructor (maxMs: number, random: () => number) {
    this.#shortest = Math.min(SHORTEST_MS, maxMs)
    this.#longest = maxMs
    this.#random = random
    this.#last = this.#shortest
  }

  /** The wait before the next try, in milliseconds. */
  next (): number {
    const longest = Math.min(this.#longest, this.#last * 3)
    this.#last = this.#shortest + this.#random() * (longest - this.#shortest)
    return Math.round(this.#last)
  }

  /** A short wait, for where another server is at hand. */
  brief (): number {
    return Math.round(this.#random() * this.#shortest)
  }

  /** A connection has lasted: the next wait is a short one. */
  reset (): void {
    this.#last = this.#shortest
  }
}
