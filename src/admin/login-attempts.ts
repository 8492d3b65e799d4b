/**
 * Failed logins by address: who has failed too often is not even looked at for a while, right or wrong. Those of one address are judged one after the other,
 * so that many at once are no more guesses than as many in a row. Bounded: the oldest is forgotten first, and no more wait than there may be connections.
 */

const MOST_FAILURES = 10
const WINDOW_MS = 60_000
const MOST_ADDRESSES = 10_000

export class LoginAttempts {
  readonly #failures = new Map<string, { count: number, until: number }>()
  readonly #now: () => number
  /** The last one of each address that is being judged. */
  readonly #turns = new Map<string, Promise<void>>()

  constructor (now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Calls when those that came before from this address have been judged. @throws what `judge` throws */
  async inTurn (address: string, judge: () => Promise<void>): Promise<void> {
    const mine = (this.#turns.get(address) ?? Promise.resolve()).then(judge)
    const over = mine.catch(() => {})
    this.#turns.set(address, over)
    try {
      await mine
    } finally {
      if (this.#turns.get(address) === over) this.#turns.delete(address)
    }
  }

  /** Seconds until an address may try again; 0: it may now. */
  waitSeconds (address: string): number {
    const failures = this.#failures.get(address)
    const left = (failures?.until ?? 0) - this.#now()
    return failures === undefined || failures.count < MOST_FAILURES || left <= 0 ? 0 : Math.ceil(left / 1000)
  }

  /** @returns true when it was the last one that is allowed for a while */
  failed (address: string): boolean {
    const now = this.#now()
    const before = this.#failures.get(address)
    const failures = before === undefined || before.until <= now ? { count: 0, until: now + WINDOW_MS } : before
    failures.count++
    this.#failures.delete(address)
    if (this.#failures.size >= MOST_ADDRESSES) this.#failures.delete(this.#failures.keys().next().value ?? '')
    this.#failures.set(address, failures)
    return failures.count === MOST_FAILURES
  }
}
