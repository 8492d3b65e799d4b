/**
 * Filters counted by the group of their first level, and those that begin with a wildcard for all groups. Where each that comes is taken off again
 * when it goes, 0 says that none matches a name of that group; where none is, the count grows whenever an answer for such a name may have changed.
 */
import { ANY_GROUP, FIRST_LEVEL_GROUPS, groupOfFilter } from './first-level.ts'

export class FirstLevelCounts {
  /** A version grows for as long as the process lives. */
  readonly #groups = new Float64Array(FIRST_LEVEL_GROUPS)
  #wild = 0

  /** Of the filters that may match a name of this group. HOT. */
  of (group: number): number {
    return this.#wild + (this.#groups[group] as number)
  }

  add (filter: string): void {
    this.#count(filter, 1)
  }

  /** One that was added. */
  remove (filter: string): void {
    this.#count(filter, -1)
  }

  #count (filter: string, change: 1 | -1): void {
    const group = groupOfFilter(filter)
    if (group === ANY_GROUP) this.#wild += change
    else this.#groups[group] = (this.#groups[group] as number) + change
  }
}
