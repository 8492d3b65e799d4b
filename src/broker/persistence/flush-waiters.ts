/** Who waits until so many changes are on disk. */
export class FlushWaiters {
  /** By the number of changes that must be safe; both in order. */
  readonly #upTo: number[] = []
  readonly #calls: (() => void)[] = []

  get length (): number { return this.#calls.length }

  /** @param changes no less than that of who was added before */
  add (changes: number, call: () => void): void {
    this.#upTo.push(changes)
    this.#calls.push(call)
  }

  /** Calls who waited for no more than `changes`, in order. */
  release (changes: number): void {
    let count = 0
    while (count < this.#upTo.length && (this.#upTo[count] ?? 0) <= changes) count++
    if (count === 0) return
    const calls = this.#calls.splice(0, count)
    this.#upTo.splice(0, count)
    for (const call of calls) call()
  }
}
