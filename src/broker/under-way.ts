/** How many messages of each publisher are on their way to live subscribers, and have not been written to all of them; and how many for one session alone. */

interface Trail {
  count: number
  calls: (() => void)[]
}

export class UnderWay {
  readonly #trails = new Map<string, Trail>()
  /** By the client id of the session. */
  readonly #addressed = new Map<string, number>()

  /** HOT. */
  get any (): boolean { return this.#trails.size !== 0 || this.#addressed.size !== 0 }

  /** Is something of this publisher under way? */
  has (publisher: string): boolean {
    return this.#trails.has(publisher)
  }

  /** Is something under way for this session alone? */
  isFor (clientId: string): boolean {
    return this.#addressed.has(clientId)
  }

  beginFor (clientId: string): void {
    this.#addressed.set(clientId, (this.#addressed.get(clientId) ?? 0) + 1)
  }

  endFor (clientId: string): void {
    const count = this.#addressed.get(clientId) ?? 0
    if (count > 1) this.#addressed.set(clientId, count - 1)
    else this.#addressed.delete(clientId)
  }

  begin (publisher: string): void {
    const trail = this.#trails.get(publisher)
    if (trail === undefined) this.#trails.set(publisher, { count: 1, calls: [] })
    else trail.count++
  }

  end (publisher: string): void {
    const trail = this.#trails.get(publisher)
    if (trail === undefined || --trail.count > 0) return
    this.#trails.delete(publisher)
    for (const call of trail.calls) call()
  }

  /** Calls once, when nothing of this publisher is under way; at once where nothing is. */
  whenOver (publisher: string, call: () => void): void {
    const trail = this.#trails.get(publisher)
    if (trail === undefined) call()
    else trail.calls.push(call)
  }
}
