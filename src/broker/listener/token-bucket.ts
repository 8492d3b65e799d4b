/** Lets `rate` things a second through, and a burst of as many after a quiet second. */
export class TokenBucket {
  /** A second. */
  rate: number
  #tokens: number
  #last: number

  /** @param now milliseconds of a clock that never steps back */
  constructor (rate: number, now: number) {
    this.rate = rate
    this.#tokens = rate
    this.#last = now
  }

  take (now: number): boolean {
    this.#tokens = Math.min(this.rate, this.#tokens + (now - this.#last) * this.rate / 1000)
    this.#last = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
