/** What a bridge is made with. */
import type { BridgeConfig } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { BridgeRelay } from '../relay/bridge-relay.ts'
import type { LocalDelivery } from '../relay/local-delivery.ts'
import type { BridgeJournal } from './bridge-journal.ts'
import type { Clock } from './clock.ts'
import type { TrustSource } from './connection.ts'
import type { RenewalOutcome } from './renewal.ts'

export interface BridgeOptions {
  readonly config: BridgeConfig
  readonly relay: BridgeRelay
  readonly delivery: LocalDelivery
  /** Asked at each dial; null for plain TCP. */
  readonly trust: TrustSource | null
  /** Told what became of the link each time the trust has changed under it. */
  readonly renewed?: (outcome: RenewalOutcome) => void
  readonly logger: Logger
  /** Where a client id that was made is kept; null: in memory. */
  readonly stateDir: string | null
  /** Largest packet the remote may send. @default 10 MiB, NanoMQ's own */
  readonly maxPacketSize?: number
  readonly counters?: BridgeCounters
  /** Of `durability = spool`; closed by the bridge when it is stopped. */
  readonly journal?: BridgeJournal | null
  readonly clock?: Clock
  /** In [0, 1). @default Math.random */
  readonly random?: () => number
}
