/**
 * Lets a few jobs run at a time and a bounded number wait. Hashing shares libuv's four threads with the disk and with
 * name look-ups: without a bound a reconnect storm holds up both for seconds.
 */
export class BoundedQueue {
  readonly #parallel: number
  readonly #maxWaiting: number
  #running = 0
  #waiting: (() => void)[] = []

  constructor (parallel: number, maxWaiting: number) {
    this.#parallel = parallel
    this.#maxWaiting = maxWaiting
  }

  get waiting (): number { return this.#waiting.length }

  /** Runs `job` when it is its turn; null, at once, when too many wait already. */
  run<Result> (job: () => Promise<Result>): Promise<Result> | null {
    if (this.#running >= this.#parallel && this.#waiting.length >= this.#maxWaiting) return null
    return this.#run(job)
  }

  async #run<Result> (job: () => Promise<Result>): Promise<Result> {
    if (this.#running < this.#parallel) this.#running++
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    try {
      return await job()
    } finally {
      // a place is handed over, not given up: a newcomer can not overtake who waits
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }
}
