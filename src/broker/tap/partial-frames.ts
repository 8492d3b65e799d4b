/**
 * One budget for the packets of all connections that are not complete yet. Beyond it the connection that holds the most
 * ends: it is the attacker's, or the one whose end frees the most.
 */

/** A connection, as far as it holds incomplete packets. */
export interface PartialFrameHolder {
  readonly partialBytes: number
  /** It holds more than any other, and there is no room. */
  evicted (): void
}

export class PartialFrames {
  readonly #budget: number
  readonly #holders = new Set<PartialFrameHolder>()
  #total = 0

  constructor (budget: number) {
    this.#budget = budget
  }

  get total (): number { return this.#total }

  /** @param delta by how much the holder's partialBytes has changed */
  changed (holder: PartialFrameHolder, delta: number): void {
    this.#total += delta
    if (holder.partialBytes === 0) this.#holders.delete(holder)
    else this.#holders.add(holder)
    while (this.#total > this.#budget && this.#holders.size > 0) this.#evict()
  }

  #evict (): void {
    let largest: PartialFrameHolder | null = null
    for (const holder of this.#holders) {
      if (largest === null || holder.partialBytes > largest.partialBytes) largest = holder
    }
    if (largest === null) return
    this.#holders.delete(largest)
    this.#total -= largest.partialBytes
    largest.evicted()
  }
}
