/** Changes of records that are not on disk yet: of each record the newest. */
import type { Encode } from './journal.ts'

export interface Change {
  /** null: deleted. */
  readonly encode: Encode | null
  /** Was never on disk: when it is deleted again there is nothing to write. */
  readonly fresh: boolean
}

export class PendingChanges {
  #changes = new Map<string, Change>()

  /** Of how many records. */
  get size (): number { return this.#changes.size }

  put (key: string, encode: Encode, fresh: boolean): void {
    this.#changes.set(key, { encode, fresh: this.#changes.get(key)?.fresh ?? fresh })
  }

  del (key: string): void {
    if (this.#changes.get(key)?.fresh === true) this.#changes.delete(key)
    else this.#changes.set(key, { encode: null, fresh: false })
  }

  /** All of them; none is left. */
  take (): ReadonlyMap<string, Change> {
    const batch = this.#changes
    this.#changes = new Map()
    return batch
  }

  /** A batch could not be written. What changed meanwhile is newer; and nobody knows what of the batch is on disk. */
  putBack (batch: ReadonlyMap<string, Change>): void {
    const newer = this.#changes
    this.#changes = new Map([...batch].map(([key, { encode }]) => [key, { encode, fresh: false }]))
    for (const [key, change] of newer) this.#changes.set(key, batch.has(key) ? { ...change, fresh: false } : change)
  }
}
