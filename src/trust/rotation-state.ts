/** Where a set of certificate files stands, and by which steps it came there: readable from outside at any time. */
import type { CausewayError } from '../errors.ts'
import type { ServerTrial } from './canary.ts'

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
  /** An operator does not want the candidate; what served before serves on. Nothing is tried until the files change. */
  | { readonly name: 'aborted', readonly since: number, readonly candidate: string }
  | { readonly name: 'stopped', readonly since: number }

/** How the last change ended. */
export interface RotationOutcome {
  /**
   * `proven`: the canary was accepted. `unproven`: there was none, or nobody to try it on. `forced`: in spite of it.
   * `invalid`: the files could not be used. `refused`: by the canary. `aborted`: by an operator.
   */
  readonly result: 'proven' | 'unproven' | 'forced' | 'invalid' | 'refused' | 'aborted'
  /** Of what it was about; null for files that could not be read. */
  readonly fingerprint: string | null
  /** Why; empty where there is nothing to say. */
  readonly reason: string
  /** From the detection to the end. */
  readonly durationMs: number
  /** Milliseconds since 1970. */
  readonly at: number
}

/**
 * One step of a change, as it ended. A change goes through `detected`, `valid`, `proven`, `committed`, `cut over` when all is well. `unchanged`: the
 * files are back to what serves. `not cut over`: the link stays where it is, and is tried again by itself or ended.
 */
export interface RotationStep {
  readonly step: 'detected' | 'valid' | 'invalid' | 'unchanged' | 'proven' | 'unproven' | 'refused' | 'aborted' | 'committed' | 'cut over' | 'not cut over'
  /** Milliseconds since 1970 at its end; of a repeated step, of the last time. */
  readonly at: number
  /** What the step took; `committed`: all since the detection. */
  readonly durationMs: number
  /** That serves after it. */
  readonly generation: number
  /** Of what it was about; null for files that could not be read. */
  readonly fingerprint: string | null
  /** Why; empty where there is nothing to say. */
  readonly reason: string
  /** How often, one after the other, it ended like this: a refused candidate is tried again for as long as it is there. */
  readonly times: number
  /** Of a trial on more than one server: what each has said. */
  readonly servers?: readonly ServerTrial[]
}

export interface RotationStatus {
  /** 0: nothing has ever been fit to serve. */
  readonly generation: number
  /** SHA-256 of what serves, hex; null: nothing does. */
  readonly fingerprint: string | null
  readonly stage: RotationStage
  readonly last: RotationOutcome | null
}
