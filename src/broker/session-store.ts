/**
 * What the broker itself asks of the store of sessions and retained messages; the rest of the contract is between the
 * store and Aedes. The store is memory-first: its promises settle at once, its disk is waited for with {@link SessionStore.settled}.
 */
import type { Done } from './session-port.ts'

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
}

export interface StoredSubscription {
  readonly clientId: string
  readonly topic: string
  readonly nl?: boolean
}

export interface SessionStore {
  /** May this client have a stored session? It may when it has one, and while there are fewer than limits.max_sessions. */
  hasRoomFor (clientId: string): boolean
  /** Keeps a retained message; an empty payload deletes the one there is. A limit that is reached is not an error. */
  storeRetained (packet: StoredPacket): Promise<void>
  /** Subscriptions of QoS 1 and 2 of stored sessions that match. */
  subscriptionsByTopic (topic: string): Promise<StoredSubscription[]>
  outgoingEnqueueCombi (subscriptions: readonly StoredSubscription[], packet: StoredPacket): Promise<void>
  removeSubscriptions (client: { readonly id: string }, filters: readonly string[]): Promise<void>
  /** Calls once, when all that it was given up to now is as safe as it is configured to be. */
  settled (done: Done): void
}
