/**
 * The topic that came twice in a row: a device that has much to say mostly says it on one topic, and comparing is a third of the
 * price of a look-up in the cache. HOT.
 */

/** Longer names are looked up each time. */
const MOST_BYTES = 256

export class RepeatedTopic<T> {
  /** In memory of its own: what a name came in goes. */
  readonly #bytes = Buffer.alloc(MOST_BYTES)
  #length = -1
  #value: T | null = null
  /** Found last. */
  #found: T | null = null

  /** What is known of the name in `bytes[start, end)`, if it is the one that is repeated. From the end: names of one site begin alike. */
  of (bytes: Uint8Array, start: number, end: number): T | null {
    const own = this.#bytes
    if (this.#length !== end - start) return null
    for (let i = this.#length - 1; i >= 0; i--) if (own[i] !== bytes[start + i]) return null
    return this.#value
  }

  /** `value` was found for this name, and stays what is known of it. */
  found (value: T, bytes: Uint8Array, start: number, end: number): void {
    if (value !== this.#found) {
      this.#found = value
      return
    }
    if (end - start > MOST_BYTES) return
    for (let i = start; i < end; i++) this.#bytes[i - start] = bytes[i] as number
    this.#length = end - start
    this.#value = value
  }
}
