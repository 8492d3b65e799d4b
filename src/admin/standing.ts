/** Where bridges and certificate files stand, as plain data for answers and events. */
import type { BridgeState } from '../bridge/bridge-state.ts'
import type { TrustReport } from '../reload/trust-files.ts'

/** Why something is not as it should be, and what to do. */
export interface Reason {
  readonly code: string
  readonly message: string
  readonly hint: string
}

export interface BridgeStanding {
  readonly name: BridgeState['name']
  /** Milliseconds since 1970. */
  readonly since: number
  readonly reason?: Reason
  readonly failures?: number
  readonly retryInMs?: number
  readonly sessionPresent?: boolean
  /** Who the bridge is at its remote. */
  readonly clientId?: string
}

export interface TrustStanding {
  readonly kind: TrustReport['kind']
  readonly name: string
  readonly generation: number
  readonly fingerprint: string | null
  readonly stage: TrustReport['status']['stage']['name']
  readonly since: number
  /** Of a candidate that is tried or was refused. */
  readonly candidate?: string
  readonly reason?: Reason
  readonly attempts?: number
  readonly retryInMs?: number
  readonly last: TrustReport['status']['last']
}

export function standingOf (state: BridgeState): BridgeStanding {
  const { name, since } = state
  if (state.name === 'waiting') return { name, since, reason: reasonIn(state.reason), failures: state.failures, retryInMs: state.retryInMs }
  return state.name === 'up' ? { name, since, sessionPresent: state.sessionPresent, clientId: state.clientId } : { name, since }
}

export function trustStandingOf ({ kind, name, status: { generation, fingerprint, stage, last } }: TrustReport): TrustStanding {
  const about = { kind, name, generation, fingerprint, stage: stage.name, since: stage.since, last }
  if (stage.name === 'invalid') return { ...about, reason: reasonIn(stage.reason) }
  if (stage.name === 'canary') return { ...about, candidate: stage.candidate }
  if (stage.name !== 'staged') return about
  return { ...about, candidate: stage.candidate, reason: reasonIn(stage.reason), attempts: stage.attempts, retryInMs: stage.retryInMs }
}

function reasonIn ({ code, message, hint }: Reason): Reason {
  return { code, message, hint }
}
