/**
 * One warning for each new failure; the same one again is counted and summed up, not repeated. A link that comes up and breaks again
 * at once is no news either: only one that lasts ends the count.
 */
import type { CausewayError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { RemoteReason } from './link/remote-reason.ts'

export class FailureLog {
  readonly #logger: Logger
  #last = ''
  #count = 0
  #total = 0

  constructor (logger: Logger) {
    this.#logger = logger
  }

  /** Failures since the link last lasted. */
  get total (): number { return this.#total }

  /** The last failure was said, not only counted: so what ends it is worth a line as well. */
  get said (): boolean { return this.#count <= 1 }

  report (failure: CausewayError, retryInMs: number): void {
    this.#total++
    const words = `${failure.code} ${failure.message}`
    if (words !== this.#last) {
      this.#sumUp()
      this.#last = words
      this.#count = 1
      const isLoud = failure instanceof RemoteReason && failure.isLoud
      this.#logger[isLoud ? 'error' : 'warn'](facts(failure, retryInMs), `link is down: ${failure.message}`)
      return
    }
    this.#count++
    if (isPowerOfTen(this.#count)) this.#logger.warn(facts(failure, retryInMs), `same failure ${this.#count} times: ${failure.message}`)
  }

  /** The link has lasted. */
  clear (): void {
    this.#sumUp()
    if (this.#count > 1) this.#logger.info({ failures: this.#total }, 'link has come up and lasts')
    this.#last = ''
    this.#count = this.#total = 0
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
