/**
 * How long to wait before the next try: decorrelated jitter, each wait random between the shortest and three times the last, so
 * that a thousand bridges that lost one remote do not come back together. A connection that lasted starts it anew.
 */
import type { Clock } from './clock.ts'

/** No wait is shorter. */
const SHORTEST_MS = 500
/** A connection that lasted this long was a good one. */
const STABLE_MS = 30_000

export interface BackoffOptions {
  /** No wait is longer. */
  readonly maxMs: number
  /** In [0, 1). */
  readonly random: () => number
  readonly clock: Clock
}

export class Backoff {
  readonly #maxMs: number
  readonly #random: () => number
  readonly #clock: Clock
  #last = 0
  #upSince = -1

  constructor (options: BackoffOptions) {
    this.#maxMs = options.maxMs
    this.#random = options.random
    this.#clock = options.clock
  }

  /** A connection has come up. */
  up (): void {
    this.#upSince = this.#clock.now()
  }

  /** The wait before the next try, in milliseconds. */
  next (): number {
    if (this.#upSince >= 0 && this.#clock.now() - this.#upSince >= STABLE_MS) this.#last = 0
    this.#upSince = -1
    const shortest = Math.min(SHORTEST_MS, this.#maxMs)
    const longest = Math.min(this.#maxMs, Math.max(shortest, this.#last) * 3)
    this.#last = shortest + this.#random() * (longest - shortest)
    return Math.round(this.#last)
  }
}
