/**
 * How long to wait before the next try: decorrelated jitter, each wait random between the shortest and three times the last, so
 * that a thousand bridges that lost one remote do not come back together.
 */

/** No wait is shorter. */
const SHORTEST_MS = 500
/** Longest wait of {@link Backoff.seldom}: who mends something is not at the node, and it should be seen to work before he has left. */
const SELDOM_MS = 600_000

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
    return this.#grown(this.#longest)
  }

  /** A long wait, where the other side has asked for less: in the upper half of what is allowed. */
  slow (): number {
    this.#last = this.#longest / 2 + this.#random() * this.#longest / 2
    return Math.round(this.#last)
  }

  /** Where it can go well only after somebody has changed something: waits grow as the others do, and beyond the longest of them. */
  seldom (): number {
    return this.#grown(Math.max(this.#longest, SELDOM_MS))
  }

  #grown (longest: number): number {
    this.#last = this.#shortest + this.#random() * (Math.min(longest, this.#last * 3) - this.#shortest)
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
