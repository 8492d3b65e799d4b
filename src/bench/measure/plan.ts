/** All that one run needs to know. */
import type { Case } from '../scenario.ts'
import type { Launcher } from '../rig/child.ts'
import type { Credentials } from '../rig/credentials.ts'
import type { Pinning } from '../rig/pinning.ts'
import type { Target } from '../target/target.ts'

interface ExternalTarget {
  readonly host: string
  readonly port: number
  /** For CPU and memory, where it runs on this machine; null: not accounted. */
  readonly pid: number | null
}

export interface RunPlan {
  readonly scenario: string
  readonly case: Case
  readonly target: Target
  readonly round: number
  readonly warmupMs: number
  readonly durationMs: number
  /** Longest wait for what is still on the way. */
  readonly drainMs: number
  /** Without anything new for so long nothing more will come; null: as the QoS has it. */
  readonly settleMs: number | null
  readonly dir: string
  readonly credentials: Credentials
  readonly pinning: Pinning
  readonly launcher: Launcher
  readonly memoryLimit: number
  /** 0: any. */
  readonly receiverPort: number
  readonly external: ExternalTarget | null
  /** Longest wait for an external target's bridge. */
  readonly patienceMs: number
  readonly signal: AbortSignal
  /** For the line a person watches. */
  readonly phase: (words: string) => void
}
