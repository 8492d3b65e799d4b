/** What came of a reload, for the log, the API and the command line. Plain data; nothing secret is in it. */
import type { Problem } from '../config/report.ts'

/** A key whose value is another, as both would be written in a file; `***` for a secret, empty where it is not in that file. */
export interface ChangedKey {
  readonly key: string
  readonly before: string
  readonly after: string
}

export interface Change {
  /** `listeners.ssl`, `bridges.mqtt.north`, `auth`, `limits`, `log.level`. */
  readonly part: string
  /** In words: `added`, `removed`, `rules`. */
  readonly what: string
  readonly keys: readonly ChangedKey[]
}

/** What is in the way of a reload. */
export interface ReloadProblem extends Pick<Problem, 'path' | 'place' | 'message' | 'hint'> {
  /** Of the error, where one was thrown. */
  readonly code: string
}

export type ReloadOutcome =
  /** The file says what is in force already. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'applied', readonly changes: readonly Change[] }
  /** Something in it needs a restart; nothing was applied. */
  | { readonly kind: 'refused', readonly keys: readonly ChangedKey[] }
  /** The file, or something it names, can not be used; nothing was applied. */
  | { readonly kind: 'invalid', readonly problems: readonly ReloadProblem[] }
