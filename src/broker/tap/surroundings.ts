/** What all connections of one broker share. */
import type { LimitsConfig, MqttConfig, MqttVersion } from '../../config/model.ts'
import type { Logger } from '../../logger.ts'
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import type { Gatekeeper } from '../auth/rights.ts'
import type { ClientClaims } from '../client-claims.ts'
import type { Departure } from '../departure.ts'
import type { DeviceEvents } from '../device-events.ts'
import type { TokenBucket } from '../listener/token-bucket.ts'
import type { RepeatedLines } from '../repeated-lines.ts'
import type { SessionStream } from '../session-port.ts'
import type { SessionStore } from '../session-store.ts'
import type { SharedGroups } from '../shared-groups.ts'
import type { Ticker } from '../ticker.ts'
import type { DelayedWills } from '../v5/delayed-wills.ts'
import type { FlushTurn } from './flush-turn.ts'
import type { InboundQos2 } from './inbound-qos2.ts'
import type { PartialFrames } from './partial-frames.ts'
import type { PublishSurroundings } from './publish-host.ts'

export interface DeviceSurroundings {
  readonly mqtt: MqttConfig
  readonly limits: LimitsConfig
  /** What devices may speak: those of the configuration, without what this process can not do. */
  readonly versions: readonly MqttVersion[]
  readonly store: SessionStore
  readonly groups: SharedGroups
  readonly wills: DelayedWills
  readonly gatekeeper: Gatekeeper
  readonly publish: PublishSurroundings
  readonly claims: ClientClaims
  readonly inboundQos2: InboundQos2
  readonly partialFrames: PartialFrames
  readonly connectRate: TokenBucket
  readonly ticker: Ticker
  readonly turn: FlushTurn
  readonly counters: BrokerCounters
  readonly lines: RepeatedLines
  readonly devices: DeviceEvents
  readonly departure: Departure
  readonly logger: Logger
  /** May this client have a session that outlasts its connection? */
  readonly hasRoomFor: (clientId: string) => boolean
  /** Gives the session of a CONNECT that may pass to its keeper. */
  readonly attach: (stream: SessionStream) => void
}
