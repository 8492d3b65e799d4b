/** How many messages of each publisher are on their way to live subscribers, and have not been written to all of them. */

interface Trail {
  count: number
  calls: (() => void)[]
}

export class UnderWay {
  readonly #trails = new Map<string, Trail>()

  /** HOT. */
  has (publisher: string): boolean {
    return this.#trails.size !== 0 && this.#trails.has(publisher)
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
