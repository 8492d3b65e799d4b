/** One warning for each new failure; the same one again is counted and summed up, not repeated. */
import type { CausewayError } from '../errors.ts'
import type { Logger } from '../logger.ts'

export class FailureLog {
  readonly #logger: Logger
  #last = ''
  #count = 0

  constructor (logger: Logger) {
    this.#logger = logger
  }

  /** Failures in a row, the same or not. */
  total = 0

  report (failure: CausewayError, retryInMs: number): void {
    this.total++
    const words = `${failure.code} ${failure.message}`
    if (words !== this.#last) {
      this.#sumUp()
      this.#last = words
      this.#count = 1
      this.#logger.warn(facts(failure, retryInMs), `link is down: ${failure.message}`)
      return
    }
    this.#count++
    if (isPowerOfTen(this.#count)) this.#logger.warn(facts(failure, retryInMs), `same failure ${this.#count} times: ${failure.message}`)
  }

  /** It works again. */
  clear (): void {
    this.#sumUp()
    this.#last = ''
    this.#count = 0
    this.total = 0
  }

  #sumUp (): void {
    if (this.#count > 1) this.#logger.warn({ code: this.#last.split(' ', 1)[0] }, `same failure ${this.#count} times in all`)
  }
}

function facts (failure: CausewayError, retryInMs: number): object {
  return { code: failure.code, retryInMs, ...(failure.hint === '' ? {} : { hint: failure.hint }) }
}

function isPowerOfTen (count: number): boolean {
  return count >= 10 && Number.isInteger(Math.log10(count))
}
