/** What a rotation is made with: how files are read, on whom they are tried, and how long that may put them off. */
import type { Logger } from '../logger.ts'
import type { CanaryVerdict } from './canary.ts'
import type { FileWatchOptions } from './file-watch.ts'
import type { InUse } from './in-use.ts'
import type { RotationStrategy } from './rotation-state.ts'

/** What is common to what bridges dial with and what listeners serve with. */
export interface Generation {
  /** Equal content, equal fingerprint. */
  readonly fingerprint: string
  readonly warnings: readonly string[]
  /** What of it ends some day. */
  readonly inUse: readonly InUse[]
}

export interface RotationOptions<G extends Generation> {
  readonly files: readonly string[]
  /** Reads and checks the files. @throws TrustError */
  readonly read: (generation: number) => Promise<G>
  /** Tries a candidate; null: there is nobody to try it on, and what is valid is committed. */
  readonly canary: ((candidate: G, signal: AbortSignal) => Promise<CanaryVerdict>) | null
  readonly strategy: RotationStrategy
  /** A refused candidate is committed all the same after this time; null: never. */
  readonly canaryGraceMs: number | null
  readonly logger: Logger
  /** The first generation serves already, and what is odd about it was said. @default false */
  readonly firstWasTold?: boolean
  readonly watch?: Pick<FileWatchOptions, 'debounceMs' | 'pollMs' | 'events'>
  /** Waits between canaries, in milliseconds; the last one for ever. @default 5 s to 5 min */
  readonly retriesMs?: readonly number[]
}
