/** Values that are made once for equal content and held for as long as somebody uses them: ten bridges with the system's bundle have one. */
export class Shared<V extends object> {
  readonly #held = new Map<string, WeakRef<V>>()
  readonly #making = new Map<string, Promise<V>>()
  readonly #gone = new FinalizationRegistry<string>(key => {
    // another may have been made under the key meanwhile
    if (this.#held.get(key)?.deref() === undefined) this.#held.delete(key)
  })

  /** @param key equal for equal content. What `make` throws is thrown on, and nothing is held. */
  get (key: string, make: () => V): V {
    const known = this.#held.get(key)?.deref()
    if (known !== undefined) return known
    return this.#hold(key, make())
  }

  /** The same for what takes more than one turn to make: those who ask meanwhile wait for the same. */
  async make (key: string, make: () => Promise<V>): Promise<V> {
    const known = this.#held.get(key)?.deref() ?? this.#making.get(key)
    if (known !== undefined) return known
    const making = make()
    this.#making.set(key, making)
    try {
      return this.#hold(key, await making)
    } finally {
      this.#making.delete(key)
    }
  }

  #hold (key: string, value: V): V {
    this.#held.set(key, new WeakRef(value))
    this.#gone.register(value, key)
    return value
  }
}
