/** What the way of a PUBLISH (publish-path.ts) needs: of its connection, of the broker, of the session it is of. */
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import type { ListenerCounters } from '../../metrics/listener-counters.ts'
import type { Violation } from '../../mqtt/violation.ts'
import type { Publisher } from '../../relay/origin.ts'
import type { AcknowledgementSink } from '../../relay/receipts.ts'
import type { Relay } from '../../relay/relay.ts'
import type { Gatekeeper, Rights } from '../auth/rights.ts'
import type { LocalSessions } from '../local-sessions.ts'
import type { PublishDoor } from '../v5/publish-door.ts'
import type { OpenIds } from './inbound-qos2.ts'

/** What the path does with its connection. */
export interface PublishHost extends AcknowledgementSink {
  /** MQTT 5: acknowledges a message that was not taken. */
  acknowledgeRefusal (packetId: number, qos: number, reasonCode: number): void
  violated (fault: Violation): void
  /** The rights say no, and the connection is to end for it. */
  denied (topic: string): void
  /** Local sessions could not store a message: it must not be acknowledged. */
  storeFailed (error: Error): void
  /** What held the connection is over. */
  goOn (): void
}

export interface PublishSurroundings {
  readonly relay: Relay
  readonly local: LocalSessions
  readonly counters: BrokerCounters
  readonly gatekeeper: Pick<Gatekeeper, 'denyAction' | 'generation'>
  readonly maxOwed: number
  /** How long a message of QoS 0 waits for room in a bridge. */
  readonly qos0WaitMs: number
}

/** Whose messages these are. */
export interface PublishingSession {
  readonly publisher: Publisher
  /** Its session outlasts this process: on disk. */
  readonly isKept: boolean
  readonly level: 3 | 4 | 5
  /** MQTT 5; null before. */
  readonly door: PublishDoor | null
  /** Knows the rights of today. */
  readonly life: { readonly rights: Rights }
  readonly ids: OpenIds
  /** Of the listener it came in by. */
  readonly traffic: ListenerCounters
}
