/** Who holds which filter; a holder counts once a filter however often it says so. */
import { matches } from '../mqtt/topic-filter.ts'

export class FilterHolders<Holder> {
  readonly #holders = new Map<string, Set<Holder>>()

  /** Is there a filter that matches? */
  any (topic: string): boolean {
    for (const filter of this.#holders.keys()) if (matches(filter, topic)) return true
    return false
  }

  /** @returns whether it is the filter's first holder */
  hold (filter: string, holder: Holder): boolean {
    const holders = this.#holders.get(filter)
    if (holders !== undefined) {
      holders.add(holder)
      return false
    }
    this.#holders.set(filter, new Set([holder]))
    return true
  }

  /** @returns whether it was the filter's last holder */
  drop (filter: string, holder: Holder): boolean {
    const holders = this.#holders.get(filter)
    if (holders === undefined || !holders.delete(holder) || holders.size > 0) return false
    this.#holders.delete(filter)
    return true
  }
}
