/**
 * The one entry of messages into the bridges [invariant 1]. Whoever has a PUBLISH looks its topic up, decides rights,
 * and offers it here; the Relay asks every required outbox first and then gives it to all, or to none [invariant 4].
 */
import type { PublishView } from '../mqtt/publish-view.ts'
import type { Violation } from '../mqtt/violation.ts'
import type { DirectWay } from './direct-way.ts'
import type { Origin, Publisher } from './origin.ts'
import type { Receipts } from './receipts.ts'
import type { Route } from './route.ts'

/**
 * What is known of one topic name; found by the name's bytes, so that it is worked out once a name, not once a message. One that is
 * not kept reads its name from those bytes when it is asked: they stay as they are as long as somebody has the entry.
 */
export interface TopicEntry {
  /** The name, decoded; empty when it is not valid. */
  readonly name: string
  /** False when MQTT forbids it as the topic of a PUBLISH: ill-formed UTF-8, U+0000, a wildcard, too many levels, empty. */
  readonly valid: boolean
  /** Why it is not valid. */
  readonly fault: Violation | null
  /** Starts with `$`: matched by no filter that starts with a wildcard [MQTT-4.7.2-1]. */
  readonly system: boolean
  /** At least one bridge wants it. */
  readonly bridged: boolean
  /** Somebody here may want it: a live subscription, an offline session, a webhook. True as of the last lookup. */
  readonly local: boolean
  /** Where its messages go, those of one bridge side by side; renewed by lookup when the rules have changed. */
  readonly routes: readonly Route[]
  /** Of the rules that `routes` came from. */
  readonly generation: number
  /** Kept here by the local broker; null: it has not been asked for. */
  direct: DirectWay | null
}

/** What became of an offer. */
export const Admission = {
  /** Every bridge that wants it has it, or no bridge wants it. */
  TAKEN: 0,
  /** A required bridge has no room: nothing was taken anywhere. Offer it again when {@link Relay.whenRoom} calls. */
  FULL: 1
} as const
export type Admission = typeof Admission[keyof typeof Admission]

export interface Relay {
  /** Finds or makes the entry for the topic name in `bytes[start, end)`. Never throws; look at `valid`. */
  lookup (bytes: Buffer, start: number, end: number): TopicEntry

  /**
   * Offers a message to the bridges, by the rules of now also where the entry is older. Synchronous. The view is read before it returns; the bytes behind it are copied by
   * the end of this turn of the event loop and must not be changed until then, nor what is behind them in the same buffer, so that neighbouring frames of a chunk
   * are copied at once.
   * @param receipts the publisher's, with `slot` open for this message; null where nobody waits for an acknowledgement (QoS 0)
   */
  admit (entry: TopicEntry, view: PublishView, origin: Origin, receipts: Receipts | null, slot: number): Admission

  /**
   * A device has released its message of QoS 2: bridges that keep the handshake note that it is over.
   * @param receipts with `slot` open for PUBCOMP, which waits until that is safe
   */
  complete (publisher: Publisher, packetId: number, receipts: Receipts, slot: number): void

  /** A device begins with a new session: what it had open in QoS 2 is void [MQTT-3.1.2-6]. */
  forget (publisher: Publisher): void

  /** Did this message leave here before, and come round? MQTT 5 only. */
  isOwn (view: PublishView): boolean

  /** Calls once, later, when an offer refused as FULL is worth repeating; one that waits already is not kept twice. */
  whenRoom (call: () => void): void

  /** Whoever waits with this call is gone: a bridge may have no room for days. */
  stopWaiting (call: () => void): void
}
