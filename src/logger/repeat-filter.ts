/**
 * The same warning again and again tells nothing new and fills a disk: the first few in a while are said, the rest are counted and summed up in
 * one line when the while is over.
 */

/** Lines of one kind that are said in one while. */
const BURST = 5
const WHILE_MS = 600_000
const LOOK_MS = 10_000
/** Kinds that are told apart; beyond it they are one. Texts of peers may be in a line, so that there is no other end. */
const MOST_KINDS = 500

interface Kind {
  readonly since: number
  said: number
  suppressed: number
  /** Says the summary, with the fields of the last one. */
  sumUp: (times: number, minutes: number) => void
}

export class RepeatFilter {
  readonly #now: () => number
  readonly #kinds = new Map<string, Kind>()
  #timer: NodeJS.Timeout | null = null

  /** @param now milliseconds, of a clock that is never set */
  constructor (now: () => number = () => performance.now()) {
    this.#now = now
  }

  /**
   * May it be said?
   * @param sumUp called when the while is over, if some were not: with how often it was in all, and in how many minutes
   */
  admits (kind: string, sumUp: Kind['sumUp']): boolean {
    const now = this.#now()
    this.look()
    const key = this.#kinds.has(kind) || this.#kinds.size < MOST_KINDS ? kind : ''
    const found = this.#kinds.get(key)
    if (found === undefined) {
      this.#kinds.set(key, { since: now, said: 1, suppressed: 0, sumUp })
      return true
    }
    if (found.said < BURST) {
      found.said++
      return true
    }
    found.suppressed++
    found.sumUp = sumUp
    this.#timer ??= setInterval(() => this.look(), LOOK_MS).unref()
    return false
  }

  /** Sums up what is over. */
  look (): void {
    const now = this.#now()
    for (const [key, kind] of this.#kinds) {
      // in the order in which they began
      if (now - kind.since < WHILE_MS) break
      this.#end(key, kind, now)
    }
    if (this.#kinds.size > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }

  /** Sums up all that is not said yet. */
  close (): void {
    const now = this.#now()
    for (const [key, kind] of this.#kinds) this.#end(key, kind, now)
    this.look()
  }

  #end (key: string, { since, said, suppressed, sumUp }: Kind, now: number): void {
    this.#kinds.delete(key)
    if (suppressed > 0) sumUp(said + suppressed, Math.max(1, Math.round((now - since) / 60_000)))
  }
}
