/** One session that outlives its connection: what it subscribed to, what waits for it, what it has begun to send at QoS 2. */
import type { SessionCounters } from '../../metrics/session-counters.ts'
import type { Journal } from './journal.ts'
import { OfflineQueue } from './offline-queue.ts'
import type { QueueLimits, QueueObserver } from './offline-queue.ts'
import type { QueuedPacket } from './packet.ts'
import { encodeFacts, encodePacket, keys } from './record.ts'

/** As Aedes passes it and wants it back. */
export interface SubscriptionOptions {
  readonly qos: 0 | 1 | 2
  readonly rh?: number
  readonly rap?: boolean
  readonly nl?: boolean
  /** MQTT 5: what the device asked for, where Aedes is told something else. */
  readonly noLocal?: boolean
  readonly retainAsPublished?: boolean
  readonly subscriptionIdentifier?: number
}

/** A subscription that matches a topic, as Aedes wants it. */
export interface Match {
  readonly clientId: string
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly rh?: number
  readonly rap?: boolean
  readonly nl?: boolean
  readonly noLocal?: boolean
}

export interface SessionSurroundings {
  readonly limits: QueueLimits
  readonly journal: Journal
  readonly counters: SessionCounters
  readonly now: () => number
}

export class StoredSession implements QueueObserver {
  readonly id: string
  readonly subscriptions = new Map<string, SubscriptionOptions>()
  /** Those of QoS 1 and 2, as they stand in the index of all sessions. */
  readonly kept = new Map<string, Match>()
  readonly queue: OfflineQueue
  /** Open identifiers of messages from the device, with the message where it is kept. */
  readonly incoming = new Map<number, object>()
  /** Milliseconds since 1970; null while it is connected. */
  offlineSince: number | null = null
  /** MQTT 5: how long it outlives its connection, and that it exists though nothing is in it; null: 3.1.1. */
  expiryMs: number | null = null
  /** Its device has come back, and is sent what waited: later messages wait behind it [MQTT-4.6.0-6]. */
  isCatchingUp = false
  /** Its queue had no room for the last message. */
  overflowing = false
  readonly #around: SessionSurroundings
  #countedBytes = 0
  #offlineIsKnown = false

  constructor (id: string, around: SessionSurroundings) {
    this.id = id
    this.#around = around
    this.queue = new OfflineQueue(around.limits, this, around.now)
  }

  get isEmpty (): boolean {
    return this.expiryMs === null && this.subscriptions.size === 0 && this.queue.length === 0 && this.incoming.size === 0
  }

  subscribe (filter: string, options: SubscriptionOptions): void {
    if (!this.subscriptions.has(filter)) this.#around.counters.subscriptions++
    this.subscriptions.set(filter, options)
    this.#around.journal.put(keys.subscription(this.id, filter), () => encodeFacts(options), false)
  }

  unsubscribe (filter: string): void {
    if (!this.subscriptions.delete(filter)) return
    this.#around.counters.subscriptions--
    this.#around.journal.del(keys.subscription(this.id, filter))
  }

  /** What was on disk: counted, not written again. */
  restoreSubscription (filter: string, options: SubscriptionOptions): void {
    this.subscriptions.set(filter, options)
    this.#around.counters.subscriptions++
  }

  restoreOfflineSince (since: number, expiryMs: number | null): void {
    this.offlineSince = since
    this.expiryMs = expiryMs
    this.#offlineIsKnown = true
  }

  restoreQueued (sequence: number, packet: QueuedPacket): void {
    this.queue.restore(sequence, packet)
    this.#around.counters.queuedMessages++
    this.#countBytes()
  }

  setOfflineSince (since: number | null): void {
    if (since === this.offlineSince && this.#offlineIsKnown) return
    this.offlineSince = since
    this.#offlineIsKnown = true
    this.#writeDown()
  }

  setExpiry (expiryMs: number | null): void {
    if (expiryMs === this.expiryMs) return
    this.expiryMs = expiryMs
    this.#writeDown()
  }

  openIncoming (messageId: number, packet: object): void {
    const isFresh = !this.incoming.has(messageId)
    this.incoming.set(messageId, packet)
    this.#around.journal.put(keys.incoming(this.id, messageId), () => Buffer.alloc(0), isFresh)
  }

  closeIncoming (messageId: number): boolean {
    if (!this.incoming.delete(messageId)) return false
    this.#around.journal.del(keys.incoming(this.id, messageId))
    return true
  }

  /** Nothing is left of it, here and on disk. */
  wipe (): void {
    for (const filter of [...this.subscriptions.keys()]) this.unsubscribe(filter)
    for (const messageId of [...this.incoming.keys()]) this.closeIncoming(messageId)
    this.queue.clear()
    this.#around.journal.del(keys.session(this.id))
  }

  added (sequence: number, packet: QueuedPacket): void {
    this.#around.counters.queuedMessages++
    this.#countBytes()
    this.#around.journal.put(keys.queued(this.id, sequence), () => encodePacket(packet), true)
  }

  changed (sequence: number, packet: QueuedPacket): void {
    this.#countBytes()
    this.#around.journal.put(keys.queued(this.id, sequence), () => encodePacket(packet), false)
  }

  removed (sequence: number, hasExpired: boolean): void {
    this.#around.counters.queuedMessages--
    if (hasExpired) this.#around.counters.messagesExpired++
    this.#countBytes()
    this.#around.journal.del(keys.queued(this.id, sequence))
  }

  #writeDown (): void {
    this.#around.journal.put(keys.session(this.id), () => encodeFacts({ offlineSince: this.offlineSince, ...(this.expiryMs === null ? {} : { expiryMs: this.expiryMs }) }), false)
  }

  #countBytes (): void {
    this.#around.counters.queuedBytes += this.queue.bytes - this.#countedBytes
    this.#countedBytes = this.queue.bytes
  }
}
