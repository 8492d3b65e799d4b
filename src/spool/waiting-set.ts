/**
 * The numbers of the messages that wait for the remote: a bit each, in pages that go when they are empty, so that a backlog of a
 * million messages costs 125 kB of memory. Numbers are added in rising order and removed in any.
 */
const PAGE_BITS = 1 << 15

interface Page {
  readonly bits: Uint8Array
  count: number
}

export class WaitingSet {
  readonly #pages = new Map<number, Page>()
  #count = 0
  #lowest = 0
  #highest = -1

  get count (): number { return this.#count }

  add (number: number): boolean {
    const key = Math.floor(number / PAGE_BITS)
    let page = this.#pages.get(key)
    if (page === undefined) this.#pages.set(key, page = { bits: new Uint8Array(PAGE_BITS >> 3), count: 0 })
    const bit = number - key * PAGE_BITS
    const mask = 1 << (bit & 7)
    const byte = page.bits[bit >> 3] as number
    if ((byte & mask) !== 0) return false
    page.bits[bit >> 3] = byte | mask
    page.count++
    if (this.#count === 0 || number < this.#lowest) this.#lowest = number
    if (number > this.#highest) this.#highest = number
    this.#count++
    return true
  }

  has (number: number): boolean {
    const key = Math.floor(number / PAGE_BITS)
    const page = this.#pages.get(key)
    if (page === undefined) return false
    const bit = number - key * PAGE_BITS
    return ((page.bits[bit >> 3] as number) & (1 << (bit & 7))) !== 0
  }

  remove (number: number): boolean {
    if (!this.has(number)) return false
    const key = Math.floor(number / PAGE_BITS)
    const page = this.#pages.get(key)
    if (page === undefined) return false
    const bit = number - key * PAGE_BITS
    page.bits[bit >> 3] = (page.bits[bit >> 3] as number) & ~(1 << (bit & 7))
    if (--page.count === 0) this.#pages.delete(key)
    this.#count--
    return true
  }

  /** The lowest number that waits; Infinity when none does. Amortised constant time. */
  lowest (): number {
    if (this.#count === 0) return Infinity
    let number = this.#lowest
    while (number <= this.#highest && !this.has(number)) {
      const key = Math.floor(number / PAGE_BITS)
      if (!this.#pages.has(key)) number = (key + 1) * PAGE_BITS
      else number++
    }
    this.#lowest = number
    return number
  }

  /** Removes all up to and including `number`, each told; answers how many there were. */
  removeThrough (number: number, each: (number: number) => void = () => {}): number {
    let removed = 0
    for (let at = this.lowest(); at <= number; at = this.lowest()) {
      this.remove(at)
      each(at)
      removed++
    }
    return removed
  }
}
