/** Where a set of certificate files stands: one union, readable from outside at any time. */
import type { CausewayError } from '../errors.ts'

/** What new files are held to before they serve. */
export const rotationStrategies = ['canary', 'enforce', 'lazy'] as const
export type RotationStrategy = typeof rotationStrategies[number]

export type RotationStage =
  /** What is in the files serves. */
  | { readonly name: 'settled', readonly since: number }
  /** A change was detected: the files are read and checked. */
  | { readonly name: 'reading', readonly since: number }
  /** What is in the files can not be used; what served before serves on, or nothing does. Tried again when they change. */
  | { readonly name: 'invalid', readonly since: number, readonly reason: CausewayError }
  /** A candidate is valid and is tried on the remote. */
  | { readonly name: 'canary', readonly since: number, readonly candidate: string }
  /** The remote and the candidate do not accept each other; what served before serves on. Tried again. */
  | { readonly name: 'staged', readonly since: number, readonly candidate: string, readonly reason: CausewayError, readonly attempts: number, readonly retryInMs: number }
  | { readonly name: 'stopped', readonly since: number }

/** How the last change ended. */
export interface RotationOutcome {
  /**
   * `proven`: the canary was accepted. `unproven`: there was none, or nobody to try it on. `forced`: in spite of it.
   * `invalid`: the files could not be used. `refused`: by the canary.
   */
  readonly result: 'proven' | 'unproven' | 'forced' | 'invalid' | 'refused'
  /** Of what it was about; null for files that could not be read. */
  readonly fingerprint: string | null
  /** Why; empty where there is nothing to say. */
  readonly reason: string
  /** From the detection to the end. */
  readonly durationMs: number
  /** Milliseconds since 1970. */
  readonly at: number
}

export interface RotationStatus {
  /** 0: nothing has ever been fit to serve. */
  readonly generation: number
  /** SHA-256 of what serves, hex; null: nothing does. */
  readonly fingerprint: string | null
  readonly stage: RotationStage
  readonly last: RotationOutcome | null
}
