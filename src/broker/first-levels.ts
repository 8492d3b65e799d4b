/** How many filters there are for each group of first levels: most topics that nobody here wants are known by it. */
import { ANY_GROUP, FIRST_LEVEL_GROUPS, groupOfFilter, groupOfName } from '../mqtt/first-level.ts'

export class FirstLevels {
  readonly #filters = new Uint32Array(FIRST_LEVEL_GROUPS)
  /** Filters that begin with a wildcard. */
  #wild = 0

  /** A filter comes. Each that comes goes once. */
  add (filter: string): void {
    this.#count(filter, 1)
  }

  remove (filter: string): void {
    this.#count(filter, -1)
  }

  #count (filter: string, change: 1 | -1): void {
    const group = groupOfFilter(filter)
    if (group === ANY_GROUP) this.#wild += change
    else this.#filters[group] = (this.#filters[group] as number) + change
  }

  /** False: no filter matches the topic name in `bytes[start, end)`. HOT. */
  mayMatch (bytes: Uint8Array, start: number, end: number): boolean {
    return this.#wild !== 0 || this.#filters[groupOfName(bytes, start, end)] !== 0
  }
}
