/**
 * Log lines that a peer can provoke: the first of a kind is written at once, later ones are counted and told together,
 * so that an attacker fills neither the disk nor the operator's eyes.
 */
import type { Logger } from '../logger.ts'

const QUIET_MS = 10_000

interface Kind {
  until: number
  suppressed: number
}

export class RepeatedLines {
  readonly #logger: Logger
  readonly #now: () => number
  /** By kind: a fixed word of the program or a clause of the standard, never text of a peer, so that it is bounded. */
  readonly #kinds = new Map<string, Kind>()

  constructor (logger: Logger, now: () => number) {
    this.#logger = logger
    this.#now = now
  }

  warn (kind: string, fields: object, message: string): void {
    const now = this.#now()
    const state = this.#kinds.get(kind)
    if (state === undefined) {
      this.#kinds.set(kind, { until: now + QUIET_MS, suppressed: 0 })
      this.#logger.warn(fields, message)
    } else if (now < state.until) {
      state.suppressed++
    } else {
      this.#logger.warn(state.suppressed === 0 ? fields : { ...fields, suppressed: state.suppressed }, message)
      state.until = now + QUIET_MS
      state.suppressed = 0
    }
  }
}
