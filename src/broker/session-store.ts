/**
 * What the broker itself asks of the store of sessions and retained messages; the rest of the contract is between the
 * store and Aedes. The store is memory-first: its promises settle at once, its disk is waited for with {@link SessionStore.settled}.
 */
import type { Done, Handshake, MessageProperties } from './session-port.ts'

/** A message as it is kept and handed to subscribers: Aedes's packet. */
export interface StoredPacket {
  readonly cmd: 'publish'
  readonly brokerId: string
  /** Grows with each message of one broker id. */
  readonly brokerCounter: number
  readonly topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly dup: false
  /** The publisher's, for subscribers that want nothing of their own. */
  readonly clientId?: string
  readonly messageId?: undefined
  readonly properties?: MessageProperties
  readonly messageExpiry?: number
}

export interface StoredSubscription {
  readonly clientId: string
  readonly topic: string
  readonly nl?: boolean
  readonly noLocal?: boolean
}

/** A retained message as it is kept. */
export interface RetainedMessage {
  readonly topic: string
  /** The publisher's. */
  readonly clientId?: string
  readonly payload: Buffer | string
  readonly qos: 0 | 1 | 2
  readonly properties?: MessageProperties
  readonly messageExpiry?: number
}

/** A subscription that a session has to a shared group. */
export interface SharedMember {
  readonly qos: 0 | 1 | 2
  readonly subscriptionIdentifier?: number
  readonly retainAsPublished?: boolean
}

/** How a connection comes to its session. */
export interface Entry {
  /** Nothing of an earlier session is used [MQTT-3.1.2-4]. */
  readonly fresh: boolean
  /** MQTT 5: the session outlives its connection by this; null: as the broker's limits say, from 3.1.1. */
  readonly expiryMs: number | null
}

/** QoS 2 handshakes whose message local sessions have, as the disk remembers them. Without a disk there are none. */
export interface Handshakes {
  /** Noted in one step with what is queued in the same turn. */
  open (handshake: Handshake): void
  /** Is it noted, and PUBREL has not come? */
  has (handshake: Handshake): boolean
  /** PUBREL has come. True: it was noted, and PUBCOMP may go out when this is {@link SessionStore.settled}. */
  close (handshake: Handshake): boolean
  /** A bridge has this session at its remote, which knew it, or not. What is noted of another is void. */
  enter (bridge: string, session: string | null, present: boolean): void
}

export interface SessionStore {
  /** May this client have a stored session? It may when it has one, and while there are fewer than limits.max_sessions. */
  hasRoomFor (clientId: string): boolean
  /** Keeps a retained message; an empty payload deletes the one there is. A limit that is reached is not an error. */
  storeRetained (packet: StoredPacket): Promise<void>
  /** Retained messages that the filter matches and that have not expired. */
  retained (filter: string): RetainedMessage[]
  /** The session is stored. */
  has (clientId: string): boolean
  /** Subscriptions of QoS 1 and 2 of stored sessions that match. */
  subscriptionsByTopic (topic: string): Promise<StoredSubscription[]>
  outgoingEnqueue (subscription: { readonly clientId: string }, packet: StoredPacket): Promise<void>
  outgoingEnqueueCombi (subscriptions: readonly StoredSubscription[], packet: StoredPacket): Promise<void>
  /** There is a disk: {@link settled} may take its time. */
  readonly isOnDisk: boolean
  readonly handshakes: Handshakes
  addSubscriptions (client: { readonly id: string }, subscriptions: readonly (SharedMember & { readonly topic: string })[]): Promise<void>
  removeSubscriptions (client: { readonly id: string }, filters: readonly string[]): Promise<void>
  /** A message will not be delivered to this session: it waits for it no longer. */
  decline (clientId: string, packet: { readonly brokerId?: string | null, readonly brokerCounter?: number }): void
  /** Is the device being sent what waited, this message among it, which must not overtake the others? */
  isOwed (clientId: string, packet: { readonly brokerId?: string | null, readonly brokerCounter?: number }): boolean
  /** The device was sent what waited when it came. What has come meanwhile is to be sent now; then it gets messages as they come. */
  caughtUp (clientId: string): readonly object[]
  /** Filters of shared groups that stored sessions have; and who has one. */
  sharedFilters (): Iterable<string>
  sharedMembers (filter: string): ReadonlyMap<string, SharedMember> | undefined
  /**
   * A connection is about to use its session. Answers whether there is one already.
   * @throws PersistenceError when there is no room for another
   */
  enter (clientId: string, entry: Entry): boolean
  /** What {@link enter} said of expiry has changed; 0: the session ends with the connection. */
  setExpiry (clientId: string, expiryMs: number): void
  /** The session is over: nothing of it is left. */
  forget (clientId: string): void
  putWill (client: { readonly id: string }, will: DelayedWill): Promise<void>
  delWill (client: { readonly id: string }): Promise<unknown>
  /** Calls once, when all that it was given up to now is as safe as it is configured to be. */
  settled (done: Done): void
}

export interface DelayedWill {
  topic: string
  payload: Buffer | string
  qos: 0 | 1 | 2
  retain: boolean
  properties?: MessageProperties
}
