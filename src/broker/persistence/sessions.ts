/**
 * All stored sessions. What it keeps is bounded: sessions, subscriptions of each, messages and bytes waiting for each, and
 * how long one may be offline. Everything here is synchronous; the journal writes it down behind.
 */
import type { Logger } from '../../logger.ts'
import type { SessionCounters } from '../../metrics/session-counters.ts'
import { PersistenceError, persistenceErrorCodes } from './errors.ts'
import type { Journal } from './journal.ts'
import { KeptFilters, type OfflineInterest } from './kept-filters.ts'
import type { QueueLimits } from './offline-queue.ts'
import type { PublishPacket, QueuedPacket } from './packet.ts'
import { StoredSession } from './stored-session.ts'
import type { SubscriptionOptions } from './stored-session.ts'

export interface SessionLimits {
  readonly maxSessions: number
  readonly maxSubscriptionsPerClient: number
  /** A session offline for longer is forgotten; 0: never. */
  readonly sessionExpiryMs: number
  readonly queue: QueueLimits
}

export interface SessionsOptions {
  readonly limits: SessionLimits
  readonly interest: OfflineInterest
  readonly journal: Journal
  readonly counters: SessionCounters
  readonly logger: Logger
  readonly now: () => number
}

export class Sessions {
  readonly #options: SessionsOptions
  readonly #sessions = new Map<string, StoredSession>()
  /** What the sessions subscribe to. */
  readonly filters: KeptFilters

  constructor (options: SessionsOptions) {
    this.#options = options
    this.filters = new KeptFilters(options.interest)
  }

  get size (): number { return this.#sessions.size }

  get (clientId: string): StoredSession | undefined { return this.#sessions.get(clientId) }

  all (): IterableIterator<StoredSession> { return this.#sessions.values() }

  /** Can a session be stored for this client? Asked before CONNECT is accepted. */
  hasRoomFor (clientId: string): boolean {
    return this.#sessions.has(clientId) || this.#sessions.size < this.#options.limits.maxSessions
  }

  /** @throws {PersistenceError} CW_PERSISTENCE_LIMIT; nothing of the request is stored then */
  subscribe (clientId: string, filter: string, options: SubscriptionOptions): void {
    const session = this.#sessionFor(clientId)
    const { counters, limits } = this.#options
    if (!session.subscriptions.has(filter) && session.subscriptions.size >= limits.maxSubscriptionsPerClient) {
      counters.subscriptionsRefused++
      this.#dropIfEmpty(session)
      throw new PersistenceError(persistenceErrorCodes.LIMIT, `client has ${limits.maxSubscriptionsPerClient} subscriptions already`, {
        hint: 'subscribe to fewer filters, or raise limits.max_subscriptions_per_client'
      })
    }
    session.subscribe(filter, options)
    this.filters.add(session, filter, options)
  }

  unsubscribe (clientId: string, filter: string): void {
    const session = this.#sessions.get(clientId)
    if (session === undefined) return
    session.unsubscribe(filter)
    this.filters.remove(session, filter)
    if (session.subscriptions.size === 0) this.#dropIfEmpty(session)
  }

  /**
   * A device of MQTT 5 comes to its session, or one of 3.1.1 (`expiryMs` null). Answers whether there was one.
   * @throws {PersistenceError} CW_PERSISTENCE_LIMIT
   */
  enter (clientId: string, fresh: boolean, expiryMs: number | null): boolean {
    const known = this.#sessions.get(clientId)
    if (known !== undefined && (fresh || this.#hasExpired(known))) this.forget(clientId)
    const present = this.#sessions.get(clientId)
    if (present === undefined && (expiryMs ?? 0) > 0) this.#sessionFor(clientId, this.#options.now()).setExpiry(expiryMs)
    else present?.setExpiry(expiryMs)
    if (present !== undefined) present.isCatchingUp = true
    if (expiryMs === null && present !== undefined) this.#dropIfEmpty(present)
    return present !== undefined
  }

  /** Queues a message for a session. Without room the newest is the one that is lost. */
  enqueue (clientId: string, packet: PublishPacket): void {
    // a session that is made by this was forgotten a moment ago: let it expire
    const session = this.#sessionFor(clientId, this.#options.now())
    if (session.queue.enqueue(packet)) {
      session.overflowing = false
      return
    }
    this.#options.counters.queueDropped++
    if (session.overflowing) return
    session.overflowing = true
    this.#options.logger.warn({ client: clientId, messages: session.queue.length, bytes: session.queue.bytes },
      'queue of a session is full: newer messages for it are lost until it has taken some')
  }

  /** The session's connection is there: it does not expire. */
  connected (clientId: string): void {
    this.#sessions.get(clientId)?.setOfflineSince(null)
  }

  disconnected (clientId: string): void {
    this.#sessions.get(clientId)?.setOfflineSince(this.#options.now())
  }

  /** [MQTT-3.1.2-6]: nothing of it is used by a later session. */
  forget (clientId: string): void {
    const session = this.#sessions.get(clientId)
    if (session === undefined) return
    for (const filter of [...session.kept.keys()]) this.filters.remove(session, filter)
    session.wipe()
    this.#sessions.delete(clientId)
    this.#options.counters.sessions--
  }

  /** Forgets who has been offline for too long, and what nobody took in time. */
  expire (): void {
    const { counters, logger } = this.#options
    let expired = 0
    for (const session of [...this.#sessions.values()]) {
      session.queue.expire()
      if (!this.#hasExpired(session)) continue
      this.forget(session.id)
      expired++
    }
    if (expired === 0) return
    counters.sessionsExpired += expired
    logger.info({ sessions: expired }, 'sessions were offline too long and are forgotten')
  }

  restoreSession (clientId: string, offlineSince: number | null, expiryMs: number | null): void {
    const session = this.#make(clientId)
    session.restoreOfflineSince(offlineSince ?? 0, expiryMs)
    if (offlineSince === null) session.setOfflineSince(this.#options.now()) // it was connected when the process ended
  }

  restoreSubscription (clientId: string, filter: string, options: SubscriptionOptions): void {
    const session = this.#make(clientId)
    session.restoreSubscription(filter, options)
    this.filters.add(session, filter, options)
  }

  restoreQueued (clientId: string, sequence: number, packet: QueuedPacket): void {
    this.#make(clientId).restoreQueued(sequence, packet)
  }

  restoreIncoming (clientId: string, messageId: number): void {
    this.#make(clientId).incoming.set(messageId, { messageId })
  }

  /** Open QoS 2 identifiers alone make a session too. */
  forIncoming (clientId: string): StoredSession {
    return this.#sessionFor(clientId)
  }

  dropIfEmpty (clientId: string): void {
    const session = this.#sessions.get(clientId)
    if (session !== undefined) this.#dropIfEmpty(session)
  }

  #sessionFor (clientId: string, offlineSince: number | null = null): StoredSession {
    const known = this.#sessions.get(clientId)
    if (known !== undefined) return known
    const { limits, counters } = this.#options
    if (!this.hasRoomFor(clientId)) {
      counters.sessionsRefused++
      throw new PersistenceError(persistenceErrorCodes.LIMIT, `${limits.maxSessions} sessions are stored already`, {
        hint: 'let devices that need no session connect with clean session, or raise limits.max_sessions'
      })
    }
    const made = this.#make(clientId)
    made.setOfflineSince(offlineSince)
    return made
  }

  #make (clientId: string): StoredSession {
    const known = this.#sessions.get(clientId)
    if (known !== undefined) return known
    const { limits, journal, counters, now } = this.#options
    const made = new StoredSession(clientId, { limits: limits.queue, journal, counters, now })
    this.#sessions.set(clientId, made)
    counters.sessions++
    return made
  }

  #dropIfEmpty (session: StoredSession): void {
    if (session.isEmpty) this.forget(session.id)
  }

  #hasExpired ({ offlineSince, expiryMs }: StoredSession): boolean {
    const { limits, now } = this.#options
    const longest = Math.min(expiryMs ?? Infinity, limits.sessionExpiryMs === 0 ? Infinity : limits.sessionExpiryMs)
    return offlineSince !== null && now() - offlineSince >= longest
  }
}
