/** Collects everything there is to say about one file in one pass, so that an operator mends it in one go. */
import type { Place } from '../hocon/tree.ts'
import type { Notice } from '../notice.ts'

/** What becomes of a key. */
export type Fate = 'works' | 'no effect' | 'refused'

/** One key with the value in force. */
export interface Entry {
  readonly path: string
  /** As it would be written in a file; `***` for a secret. */
  readonly value: string
  /** null: nobody set it. */
  readonly place: Place | null
  readonly fate: Fate
}

export class Ledger {
  readonly problems: Notice[] = []
  readonly warnings: Notice[] = []
  /** What works and could be better. */
  readonly advice: Notice[] = []
  readonly entries: Entry[] = []
  /** Relative paths in a file are meant from here. */
  readonly cwd: string
  readonly #overriding: readonly Place[]

  /** @param overriding where a value takes the place of one that another block gave to the same key */
  constructor (cwd: string, overriding: readonly Place[] = []) {
    this.cwd = cwd
    this.#overriding = overriding
  }

  overrides (place: Place | null): boolean {
    return this.#overriding.some(each => each.file === place?.file && each.line === place.line && each.column === place.column)
  }

  hasProblemAt (path: string): boolean {
    return this.problems.some(problem => problem.path === path)
  }
}
