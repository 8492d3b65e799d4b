/**
 * Whether an answer about local interest may have changed: counters, one for each group of first levels and one for all
 * filters that start with a wildcard. A reconnect storm thus costs a cached topic one question at its next message, and
 * never empties the cache.
 */

/** First levels share this many counters; a shared one costs a needless question, never a wrong answer. */
const GROUPS = 1024
const SLASH = 0x2f
const PLUS = 0x2b
const HASH = 0x23

export class InterestVersions {
  readonly #groups = new Float64Array(GROUPS)
  #wild = 0

  /** The group of a topic name or of a filter without a wildcard in front. */
  groupOf (topic: string): number {
    let hash = 0
    for (let i = 0; i < topic.length; i++) {
      const unit = topic.charCodeAt(i)
      if (unit === SLASH) break
      hash = (Math.imul(hash, 31) + unit) | 0
    }
    return hash & (GROUPS - 1)
  }

  /** Grows whenever the answer for a topic of this group may have changed. HOT. */
  of (group: number): number {
    return this.#wild + (this.#groups[group] as number)
  }

  /** Says that `filter` has got its first holder or lost its last one. */
  bump (filter: string): void {
    const first = filter.charCodeAt(0)
    if (first === PLUS || first === HASH) this.#wild++
    else {
      const group = this.groupOf(filter)
      this.#groups[group] = (this.#groups[group] as number) + 1
    }
  }
}
