/**
 * The store that Aedes asks (the contract of aedes-persistence 11) and the broker settles its acknowledgements with.
 * Memory first: a call has taken effect when it returns, its promise settles at once, and the disk is written behind.
 */
/* eslint-disable @typescript-eslint/require-await -- Aedes wants promises; memory has nothing to wait for */
import { Readable } from 'node:stream'
import type { LimitsConfig, MqttConfig } from '../../config/model.ts'
import type { Logger } from '../../logger.ts'
import { SessionCounters } from '../../metrics/session-counters.ts'
import { noJournal } from './journal.ts'
import type { Journal } from './journal.ts'
import type { OfflineInterest } from './kept-filters.ts'
import type { KeyedPacket } from './offline-queue.ts'
import { copyOf } from './packet.ts'
import type { PassedPacket, PublishPacket, QueuedPacket } from './packet.ts'
import { Sessions } from './sessions.ts'
import type { Match, SubscriptionOptions } from './stored-session.ts'
import { StoredHandshakes } from './stored-handshakes.ts'
import { StoredRetained } from './stored-retained.ts'
import { StoredWills, type Will } from './stored-wills.ts'

export interface SessionStoreOptions {
  readonly mqtt: Pick<MqttConfig, 'maxMqueueLen'>
  readonly limits: Pick<LimitsConfig,
    'maxQueuedBytesPerSession' | 'maxSubscriptionsPerClient' | 'maxSessions' | 'sessionExpiryMs' | 'maxRetainedMessages' | 'maxRetainedBytes'>
  readonly interest: OfflineInterest
  readonly logger: Logger
  /** Absent: nothing survives a restart. */
  readonly journal?: Journal
  readonly counters?: SessionCounters
  readonly now?: () => number
}

/** What Aedes passes for a client. */
interface ClientRef { readonly id: string }
interface Subscription extends SubscriptionOptions { readonly topic: string }

/** Aedes, as far as the store knows it. */
export interface StoreBroker {
  id: string
  on? (event: 'client' | 'clientDisconnect', listener: (client: ClientRef) => void): unknown
}

const EXPIRY_SWEEP_MS = 60_000

export class SessionStore {
  readonly sessions: Sessions
  readonly counters: SessionCounters
  readonly handshakes: StoredHandshakes
  /** There is a disk to wait for. */
  readonly isOnDisk: boolean
  readonly #retained: StoredRetained
  readonly #wills: StoredWills
  readonly #journal: Journal
  #broker: StoreBroker = { id: '' }
  #sweep: NodeJS.Timeout | null = null

  constructor (options: SessionStoreOptions) {
    const { limits, mqtt, interest, logger, journal = noJournal, counters = new SessionCounters(), now = Date.now } = options
    this.counters = counters
    this.#journal = journal
    this.isOnDisk = journal !== noJournal
    this.#wills = new StoredWills(journal, counters)
    this.#retained = new StoredRetained({ messages: limits.maxRetainedMessages, bytes: limits.maxRetainedBytes }, { journal, counters, logger, now })
    const queue = { messages: mqtt.maxMqueueLen, bytes: limits.maxQueuedBytesPerSession }
    this.sessions = new Sessions({ limits: { ...limits, queue }, interest, journal, counters, logger, now })
    this.handshakes = new StoredHandshakes(this.sessions, this.isOnDisk ? journal : null)
  }

  get broker (): StoreBroker { return this.#broker }

  hasRoomFor (clientId: string): boolean { return this.sessions.hasRoomFor(clientId) }

  /** Must be an async function by its class: Aedes looks. */
  async setup (broker: StoreBroker): Promise<void> {
    this.#broker = broker
    broker.on?.('client', client => this.sessions.connected(client.id))
    broker.on?.('clientDisconnect', client => this.sessions.disconnected(client.id))
    this.#sweep ??= setInterval(() => this.expire(), EXPIRY_SWEEP_MS).unref()
  }

  /** Forgets sessions and messages whose time is over. */
  expire (): void {
    this.sessions.expire()
    this.#retained.expire()
  }

  /** Calls once all that the store was given up to now is as safe as it is configured to be: at once without a journal. */
  settled (done: (error: Error | null) => void): void {
    this.#journal.whenFlushed(() => done(null))
  }

  async storeRetained (packet: PublishPacket): Promise<void> { this.#retained.store(packet) }

  retained (filter: string): PublishPacket[] { return this.#retained.matching([filter]) }

  createRetainedStream (filter: string): Readable { return this.createRetainedStreamCombi([filter]) }

  /** What is there now, and nothing that could fail: Aedes does not listen for errors on this stream. */
  createRetainedStreamCombi (filters: readonly string[]): Readable {
    return Readable.from(this.#retained.matching(filters))
  }

  async addSubscriptions (client: ClientRef, subscriptions: readonly Subscription[]): Promise<void> {
    for (const { topic, ...options } of subscriptions) this.sessions.subscribe(client.id, topic, options)
  }

  async removeSubscriptions (client: ClientRef, filters: readonly string[]): Promise<void> {
    for (const filter of filters) this.sessions.unsubscribe(client.id, filter)
  }

  /** Asked when a client connects to its session. */
  async subscriptionsByClient (client: ClientRef): Promise<Subscription[]> {
    const stored = this.sessions.get(client.id)?.subscriptions ?? []
    return Array.from(stored, ([topic, options]) => ({ topic, ...options }))
  }

  has (clientId: string): boolean { return this.sessions.get(clientId) !== undefined }

  async subscriptionsByTopic (topic: string): Promise<Match[]> { return this.sessions.filters.matching(topic) }

  async countOffline (): Promise<{ subsCount: number, clientsCount: number }> {
    let clientsCount = 0
    for (const session of this.sessions.all()) if (session.subscriptions.size > 0) clientsCount++
    return { subsCount: this.sessions.filters.size, clientsCount }
  }

  /** Asked when a client connects without wanting its session: what waits for it goes too. */
  async cleanSubscriptions (client: ClientRef): Promise<void> {
    this.sessions.forget(client.id)
  }

  async outgoingEnqueue (subscription: { readonly clientId: string }, packet: PublishPacket): Promise<void> { this.sessions.enqueue(subscription.clientId, packet) }

  async outgoingEnqueueCombi (subscriptions: readonly { readonly clientId: string, readonly nl?: boolean, readonly noLocal?: boolean }[], packet: PublishPacket): Promise<void> {
    for (const { clientId, nl, noLocal } of subscriptions) {
      if ((nl === true || noLocal === true) && clientId === packet.clientId) continue // it will not be delivered, so it must not wait
      this.sessions.enqueue(clientId, packet)
    }
  }

  /** A packet is about to be written to the client: a PUBLISH with its identifier, or the PUBREL that follows it. */
  async outgoingUpdate (client: ClientRef, packet: PassedPacket): Promise<void> {
    const queue = this.sessions.get(client.id)?.queue
    if (queue === undefined || packet.qos === 0) return // of QoS 0 by its subscription: it was never queued
    if (packet.cmd === 'pubrel') {
      if (packet.messageId !== undefined) queue.releasing(packet.messageId)
    } else {
      queue.sending(packet as PublishPacket)
    }
  }

  /**
   * An acknowledgement has come. Aedes also calls it, without an identifier, for each further subscription that matches a
   * message it has delivered: that clears nothing. What is not delivered at all is told with {@link decline}.
   */
  async outgoingClearMessageId (client: ClientRef, packet: PassedPacket): Promise<QueuedPacket | undefined> {
    const session = this.sessions.get(client.id)
    if (session === undefined) return undefined
    const { messageId } = packet
    const cleared = messageId === undefined ? undefined : session.queue.acknowledged(messageId)
    this.sessions.dropIfEmpty(client.id)
    return cleared
  }

  decline (clientId: string, packet: KeyedPacket): void {
    this.sessions.get(clientId)?.queue.declined(packet)
    this.sessions.dropIfEmpty(clientId)
  }

  sharedFilters (): Iterable<string> { return this.sessions.filters.sharedFilters() }

  sharedMembers (filter: string): ReadonlyMap<string, SubscriptionOptions> | undefined { return this.sessions.filters.sharedMembers(filter) }

  enter (clientId: string, { fresh, expiryMs }: { readonly fresh: boolean, readonly expiryMs: number | null }): boolean {
    return this.sessions.enter(clientId, fresh, expiryMs)
  }

  setExpiry (clientId: string, expiryMs: number): void { this.sessions.get(clientId)?.setExpiry(expiryMs) }

  forget (clientId: string): void { this.sessions.forget(clientId) }

  outgoingStream (client: ClientRef): Readable { return Readable.from(this.sessions.get(client.id)?.queue.handOut() ?? []) }

  isOwed (clientId: string, packet: KeyedPacket): boolean {
    const session = this.sessions.get(clientId)
    return session?.isCatchingUp === true && session.queue.holds(packet)
  }

  caughtUp (clientId: string): PublishPacket[] {
    const session = this.sessions.get(clientId)
    if (session?.isCatchingUp !== true) return []
    session.isCatchingUp = false
    return session.queue.notHandedOut()
  }

  async incomingStorePacket (client: ClientRef, packet: PublishPacket): Promise<void> {
    const { messageId } = packet
    if (messageId !== undefined) this.sessions.forIncoming(client.id).openIncoming(messageId, { ...copyOf(packet), messageId })
  }

  async incomingGetPacket (client: ClientRef, { messageId }: PassedPacket): Promise<object> {
    const packet = messageId === undefined ? undefined : this.sessions.get(client.id)?.incoming.get(messageId)
    if (packet === undefined) throw new Error('no such packet')
    return packet
  }

  async incomingDelPacket (client: ClientRef, { messageId }: PassedPacket): Promise<void> {
    const closed = messageId !== undefined && this.sessions.get(client.id)?.closeIncoming(messageId) === true
    if (!closed) throw new Error('no such packet')
    this.sessions.dropIfEmpty(client.id)
  }

  async cleanIncoming (client: ClientRef): Promise<void> {
    const session = this.sessions.get(client.id)
    for (const messageId of [...session?.incoming.keys() ?? []]) session?.closeIncoming(messageId)
    this.sessions.dropIfEmpty(client.id)
  }

  async putWill (client: ClientRef, will: Will): Promise<void> { this.#wills.put(client.id, will, this.#broker.id) }

  async getWill (client: ClientRef): Promise<Will | undefined> { return this.#wills.get(client.id) }

  async delWill (client: ClientRef): Promise<Will | undefined> { return this.#wills.delete(client.id) }

  /** Wills of brokers that are not among the living. */
  streamWill (living: Readonly<Record<string, unknown>> = {}): Readable {
    return Readable.from(this.#wills.ofOthers(living))
  }

  getClientList (filter: string): Readable {
    const holders = [...this.sessions.all()].filter(({ subscriptions }) => subscriptions.has(filter))
    return Readable.from(holders.map(({ id }) => id))
  }

  async destroy (): Promise<void> {
    if (this.#sweep !== null) clearInterval(this.#sweep)
    this.#sweep = null
  }

  /** From disk, at the start. */
  restoreRetained (packet: PublishPacket): void { this.#retained.restore(packet) }

  restoreWill (clientId: string, will: Will): void { this.#wills.restore(clientId, will) }
}
