/**
 * A map that forgets. Two generations: when the young one is full the old one is dropped, and what is asked for again
 * moves to the young one. Adding and looking up cost the same whether it is full or not, and it never holds more than
 * `limit` entries.
 */
export class BoundedMap<Value> {
  readonly #half: number
  #young = new Map<string, Value>()
  #old = new Map<string, Value>()

  /** @param limit at least 2 */
  constructor (limit: number) {
    this.#half = Math.max(1, limit >> 1)
  }

  get size (): number { return this.#young.size + this.#old.size }

  get (key: string): Value | undefined {
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const old = this.#old.get(key)
    if (old === undefined) return undefined
    this.#old.delete(key)
    this.set(key, old)
    return old
  }

  set (key: string, value: Value): void {
    if (!this.#young.has(key) && this.#young.size >= this.#half) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#old.delete(key)
    this.#young.set(key, value)
  }

  delete (key: string): void {
    this.#young.delete(key)
    this.#old.delete(key)
  }

  clear (): void {
    this.#young.clear()
    this.#old.clear()
  }
}
