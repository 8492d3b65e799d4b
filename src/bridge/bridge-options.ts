/** What a bridge is made with. */
import type { X509Certificate } from 'node:crypto'
import type { BridgeConfig } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { BridgeRelay } from '../relay/bridge-relay.ts'
import type { DeviceFilters } from '../relay/device-filters.ts'
import type { LocalDelivery } from '../relay/local-delivery.ts'
import type { Outbox } from '../relay/outbox.ts'
import type { InUse } from '../trust/in-use.ts'
import type { PoolStore } from './pool/pool-store.ts'
import type { BridgeJournals } from './up/bridge-journals.ts'
import type { Clock } from './clock.ts'
import type { TrustSource } from './link/dial-remote.ts'
import type { Incoming } from './down/incoming.ts'
import type { RenewalOutcome } from './link/renewal.ts'

/** Who keeps the trust hears what the bridge learns of it. */
export interface TrustListener {
  /** The trust has changed under the link: what became of that. */
  renewed (outcome: RenewalOutcome): void
  /** A dial was verified. @param chain as the remote has shown it, leaf first @param answers of OCSP about it */
  verified (chain: readonly X509Certificate[], answers: readonly InUse[]): void
}

/** Other settings for a bridge that runs. */
export interface BridgeSettings {
  readonly config: BridgeConfig
  /** `forwards` or `subscription` is not what it was. */
  readonly rules: boolean
  /** There are to be more links, or fewer. @default false */
  readonly links?: boolean
  /** What a connection is made with is not what it was: null when it is, else what to dial with. */
  readonly link: { readonly trust: TrustSource | null } | null
}

/** What a link carries that is no bridge between the two brokers: the sidecar's own, to the broker it sits beside. */
export interface OwnEnd {
  /** What goes out; filled by whoever made it. */
  readonly outbox: Outbox
  /** Takes what comes in. */
  readonly incoming: Incoming
}

export interface BridgeOptions {
  readonly config: BridgeConfig
  readonly relay: BridgeRelay
  readonly delivery: LocalDelivery
  /** Asked at each dial; null for plain TCP. */
  readonly trust: TrustSource | null
  readonly trustListener?: TrustListener
  /** For `transparent`; null: devices are another broker's. @default null */
  readonly deviceFilters?: DeviceFilters | null
  readonly logger: Logger
  /** Where a client id that was made is kept; null: in memory. */
  readonly stateDir: string | null
  /** Largest packet the remote may send. @default 10 MiB, NanoMQ's own */
  readonly maxPacketSize?: number
  readonly counters?: BridgeCounters
  /** Of `durability = spool`; closed by the bridge when it is stopped. @default none */
  readonly journals?: BridgeJournals
  /** The same for all links of the bridge, in the place of `journals`. */
  readonly store?: PoolStore
  /** It takes messages at once, and dials when this is settled: another bridge has the session at the remote until then. */
  readonly after?: Promise<void>
  /** @default messages pass between the Relay and `delivery` */
  readonly ownEnd?: OwnEnd
  readonly clock?: Clock
  /** In [0, 1). @default Math.random */
  readonly random?: () => number
}
