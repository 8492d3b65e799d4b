/**
 * Whether an answer about local interest may have changed: counters, one for each group of first levels and one for all
 * filters that start with a wildcard. A reconnect storm thus costs a cached topic one question at its next message, and
 * never empties the cache.
 */
import { ANY_GROUP, FIRST_LEVEL_GROUPS, groupOfFilter } from '../mqtt/first-level.ts'

export class InterestVersions {
  readonly #groups = new Float64Array(FIRST_LEVEL_GROUPS)
  #wild = 0

  /** Grows whenever the answer for a topic of this group may have changed. HOT. */
  of (group: number): number {
    return this.#wild + (this.#groups[group] as number)
  }

  /** Says that `filter` has got its first holder or lost its last one. */
  bump (filter: string): void {
    const group = groupOfFilter(filter)
    if (group === ANY_GROUP) this.#wild++
    else this.#groups[group] = (this.#groups[group] as number) + 1
  }
}
