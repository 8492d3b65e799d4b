/** What all connections of one broker share. */
import type { LimitsConfig, MqttConfig, MqttVersion } from '../../config/model.ts'
import type { Logger } from '../../logger.ts'
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import type { Relay } from '../../relay/relay.ts'
import type { Gatekeeper } from '../auth/rights.ts'
import { ClientClaims } from '../client-claims.ts'
import type { Departure } from '../departure.ts'
import type { DeviceEvents } from '../device-events.ts'
import { TokenBucket } from '../listener/token-bucket.ts'
import type { LocalSessions } from '../local-sessions.ts'
import type { RepeatedLines } from '../repeated-lines.ts'
import type { SessionStream } from '../session-port.ts'
import type { SessionStore } from '../session-store.ts'
import type { SharedGroups } from '../shared-groups.ts'
import type { Ticker } from '../ticker.ts'
import type { DelayedWills } from '../v5/delayed-wills.ts'
import { FlushTurn } from './flush-turn.ts'
import { InboundQos2 } from './inbound-qos2.ts'
import { PartialFrames } from './partial-frames.ts'
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

/** What the broker gives; the rest is made for its connections alone. */
export interface SurroundingsParts extends Pick<DeviceSurroundings,
  'mqtt' | 'limits' | 'versions' | 'store' | 'groups' | 'wills' | 'gatekeeper' | 'ticker' | 'counters' | 'lines' | 'devices' | 'departure' | 'logger' | 'attach'> {
  readonly relay: Relay
  readonly local: LocalSessions
}

/** @param parts fields of `mqtt` and `limits` are replaced in place when others come into force */
export function surroundingsOf ({ relay, local, ...parts }: SurroundingsParts): DeviceSurroundings {
  const { limits, counters, gatekeeper, store } = parts
  return {
    ...parts,
    publish: {
      relay,
      local,
      counters,
      gatekeeper,
      get maxOwed () { return limits.maxOwedAcknowledgements },
      get qos0WaitMs () { return limits.qos0WaitMs }
    },
    claims: new ClientClaims(),
    inboundQos2: new InboundQos2(limits),
    partialFrames: new PartialFrames(limits.partialFrameBytes),
    connectRate: new TokenBucket(limits.maxConnectRate, performance.now()),
    turn: new FlushTurn(),
    hasRoomFor: clientId => store.hasRoomFor(clientId)
  }
}
