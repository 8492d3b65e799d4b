/** Who holds which filter; a holder counts once a filter however often it says so. */
import { FilterTrie } from '../mqtt/filter-trie.ts'
import type { FirstLevelCounts } from '../mqtt/first-level-counts.ts'

export class FilterHolders<Holder> {
  readonly #holders = new Map<string, Set<Holder>>()
  /** The filters that somebody holds, for matching. */
  readonly #trie = new FilterTrie<ReadonlySet<Holder>>()
  /** Told of each filter that is held. */
  readonly #firstLevels: FirstLevelCounts

  constructor (firstLevels: FirstLevelCounts) {
    this.#firstLevels = firstLevels
  }

  /** Is there a filter that matches? */
  any (topic: string): boolean {
    return this.#trie.has(topic)
  }

  /** Holders of all filters that match; one of several filters comes as often. */
  of (topic: string): Holder[] {
    const holders: Holder[] = []
    for (const those of this.#trie.match(topic, [])) holders.push(...those)
    return holders
  }

  has (filter: string): boolean {
    return this.#holders.has(filter)
  }

  filters (): Iterable<string> {
    return this.#holders.keys()
  }

  /** @returns whether it is the filter's first holder */
  hold (filter: string, holder: Holder): boolean {
    const holders = this.#holders.get(filter)
    if (holders !== undefined) {
      holders.add(holder)
      return false
    }
    const first = new Set([holder])
    this.#holders.set(filter, first)
    this.#trie.add(filter, first)
    this.#firstLevels.add(filter)
    return true
  }

  /** @returns whether it was the filter's last holder */
  drop (filter: string, holder: Holder): boolean {
    const holders = this.#holders.get(filter)
    if (holders === undefined || !holders.delete(holder) || holders.size > 0) return false
    this.#holders.delete(filter)
    this.#trie.remove(filter, holders)
    this.#firstLevels.remove(filter)
    return true
  }
}
