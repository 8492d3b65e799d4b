/** Values that are made once for equal content and held for as long as somebody uses them: ten bridges with the system's bundle have one. */
export class Shared<V extends object> {
  readonly #held = new Map<string, WeakRef<V>>()
  readonly #gone = new FinalizationRegistry<string>(key => {
    // another may have been made under the key meanwhile
    if (this.#held.get(key)?.deref() === undefined) this.#held.delete(key)
  })

  /** @param key equal for equal content. What `make` throws is thrown on, and nothing is held. */
  get (key: string, make: () => V): V {
    const known = this.#held.get(key)?.deref()
    if (known !== undefined) return known
    const value = make()
    this.#held.set(key, new WeakRef(value))
    this.#gone.register(value, key)
    return value
  }
}
