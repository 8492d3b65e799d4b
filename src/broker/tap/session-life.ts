/**
 * The session of one connection: who it is, what it may do, what it has subscribed to. Answers what the keeper of
 * sessions asks, from CONNECT to the session's end.
 */
import { isShared } from '../../mqtt/topic-filter.ts'
import { isServerTopic } from '../../mqtt/topic-name.ts'
import { ReasonCode } from '../../mqtt/v5/reason-code.ts'
import type { Relay } from '../../relay/relay.ts'
import type { Answer, Gatekeeper, Rights } from '../auth/rights.ts'
import type { Claim, Claimant, ClientClaims } from '../client-claims.ts'
import type { DeviceEvents } from '../device-events.ts'
import type { PeerInfo } from '../listener/peer-info.ts'
import type { LocalSessions } from '../local-sessions.ts'
import type { Delivery, ReturnCode, Session, SessionOwner, Subscription, Takings, WillTerms } from '../session-port.ts'
import type { SharedGroups } from '../shared-groups.ts'
import type { SessionTerms } from '../v5/session-terms.ts'
import type { Introduction } from './connect-door.ts'
import type { DeviceTaker } from './device-taker.ts'
import { prepareDelivery } from './prepare-delivery.ts'
import { Presence } from './presence.ts'
import { SessionEntry, type SessionEntrySurroundings } from './session-entry.ts'
import { maySubscribe, reviewSubscriptions } from './subscription-rights.ts'
import { Subscriptions } from './subscriptions.ts'

export interface SessionLifeEvents {
  /** Packets may flow. */
  opened (session: Session): void
  /** The connection has to end: its client id is used by another, or it may not be here any more. */
  dismissed (reason: string, reasonCode: number): void
}

export interface SessionLifeSurroundings extends SessionEntrySurroundings {
  readonly gatekeeper: Gatekeeper
  readonly claims: ClientClaims
  readonly devices: DeviceEvents
  readonly publish: { readonly relay: Relay, readonly local: Pick<LocalSessions, 'takers'> }
  readonly groups: SharedGroups
}

const UNAVAILABLE = 3
const NO_ROOM: Refusal = { allow: false, returnCode: UNAVAILABLE, reason: 'as many sessions are stored as limits.max_sessions allows' }

type Refusal = Extract<Answer, { readonly allow: false }>

/** Before CONNECT is answered nothing is allowed. */
const NOTHING_ALLOWED: Rights = { publish: () => false, subscribe: () => false, receive: () => false }

export class SessionLife implements SessionOwner, Claimant {
  readonly subscriptions: Subscriptions
  /** Of the connection, once its session is open. */
  taker: DeviceTaker | null = null
  clientId = ''
  /** There was a session, and it goes on: what CONNACK says [MQTT-3.2.2-2]. */
  sessionPresent = false
  username: string | null = null
  readonly #around: SessionLifeSurroundings
  readonly #peer: PeerInfo
  readonly #entry: SessionEntry
  /** MQTT 5; null before. */
  readonly #terms: SessionTerms | null
  readonly #events: SessionLifeEvents
  readonly #presence: Presence
  #rights: Rights = NOTHING_ALLOWED
  #generation = 0
  #claim: Claim | null = null
  #registered = false
  #session: Session | null = null
  /** The connection has ended: the session must not begin, or ends as soon as it has. */
  #abandoned = false

  constructor (around: SessionLifeSurroundings, peer: PeerInfo, introduction: Introduction, events: SessionLifeEvents) {
    this.#around = around
    this.subscriptions = new Subscriptions(filter => around.publish.local.takers.changed(filter))
    this.#peer = peer
    this.#entry = new SessionEntry(around, peer, introduction)
    this.#terms = introduction.five?.session ?? null
    this.#events = events
    this.#presence = new Presence(around.devices, introduction.request, peer, this)
  }

  /** It outlasts the connection and this process: on disk. */
  get isKept (): boolean { return this.#entry.isStored && this.#around.store.isOnDisk }

  get willTerms (): WillTerms | null { return this.#terms?.will ?? null }

  /** Who is at the other end. */
  get peer (): PeerInfo { return this.#peer }

  /** Rights of today. HOT: one comparison unless users or rules were replaced. */
  get rights (): Rights {
    if (this.#generation !== this.#around.gatekeeper.generation) this.#renew()
    return this.#rights
  }

  async authenticate (clientId: string, username: string | null, password: Buffer | null): Promise<ReturnCode> {
    this.clientId = clientId
    const { gatekeeper, claims, counters } = this.#around
    const credentials = this.#entry.credentials(clientId, username, password)
    this.username = credentials.proven?.username ?? username
    this.#generation = gatekeeper.generation
    const answer = await gatekeeper.authenticate(credentials)
    if (!answer.allow) return this.#refuse(answer)
    if (!this.#entry.hasRoom(clientId)) return this.#refuse(NO_ROOM)
    this.#rights = answer.rights
    if (this.#abandoned) return UNAVAILABLE
    this.#claim = claims.claim(clientId, this)
    if (await this.#claim.alone) counters.takeOvers++
    return this.#isAbandoned() ? UNAVAILABLE : this.#enter()
  }

  /** Its enhanced authentication failed: it does not come to {@link authenticate}. */
  unproven (username: string | null, returnCode: 3 | 5, reason: string): void {
    this.clientId = this.#terms?.clientId ?? ''
    this.username = username
    this.#refuse({ allow: false, returnCode, reason }, `unproven: ${reason}`) // each cause has its line: wrong passwords do not hide a user who can not come in
  }

  restore (subscription: Subscription): boolean | Promise<boolean> {
    if (this.#session !== null) return true // of a SUBSCRIBE: decided and remembered before
    const { filter } = subscription
    this.subscriptions.grant(subscription)
    const allowed = this.#check(filter, maySubscribe(this.rights, filter))
    if (!isShared(filter)) return allowed
    return typeof allowed === 'boolean' ? false : allowed.then(() => false) // matched in its group
  }

  registered (): void {
    this.#registered = true
    this.#around.counters.sessions++
  }

  ready (session: Session): void {
    this.#session = session
    for (const subscription of this.subscriptions.all()) this.joinGroup(subscription)
    this.#events.opened(session)
    this.#presence.came()
    if (this.#generation !== this.#around.gatekeeper.generation) this.review() // replaced while it was made
  }

  gone (): void {
    if (this.#registered) this.#around.counters.sessions--
    this.#registered = false
    this.leaveGroups()
    if (this.#terms?.expiryMs === 0) this.#around.store.forget(this.clientId) // [MQTT-3.1.2-23]
    this.#claim?.release()
    this.#presence.gone()
  }

  /** It has said DISCONNECT: {@link gone} follows. */
  leaves (): void {
    this.#presence.orderly = true
  }

  /** Takes its turn among the members of a shared group, where the subscription is to one. */
  joinGroup ({ filter, qos, subscriptionId, retainAsPublished }: Subscription): void {
    if (this.#session !== null && isShared(filter)) this.#around.groups.join(filter, { session: this.#session, qos, subscriptionId, retainAsPublished: retainAsPublished === true })
  }

  leaveGroup (filter: string): void {
    if (isShared(filter)) this.#around.groups.leave(filter, this.clientId)
  }

  /** The connection is over: the others of its groups get its share. */
  leaveGroups (): void {
    for (const filter of this.subscriptions.filters()) this.leaveGroup(filter)
  }

  /** The stream of the session was closed. {@link gone} follows when the session had begun. */
  streamEnded (): void {
    if (!this.#registered) this.gone()
  }

  /** The connection has ended before its session has. */
  abandon (): void {
    this.#abandoned = true
  }

  giveWay (): void {
    this.#events.dismissed('another connection has taken over its client id', ReasonCode.TAKEN_OVER)
  }

  mayPublishWill (topic: string): boolean | Promise<boolean> {
    if (isServerTopic(topic)) return false
    const bytes = Buffer.from(topic)
    const entry = this.#around.publish.relay.lookup(bytes, 0, bytes.length)
    return entry.valid && this.#rights.publish(entry)
  }

  prepare (delivery: Delivery): boolean {
    return this.rights.receive(delivery.topic) && prepareDelivery(delivery, this.subscriptions, this.#terms)
  }

  addTaker (topic: string, takings: Takings): boolean {
    if (this.taker === null) return false
    return !this.rights.receive(topic) || this.taker.join(topic, this.subscriptions, takings)
  }

  /** Users or rules were replaced: may it stay, and keep its subscriptions? */
  review (): void {
    const { rights } = this
    const session = this.#session
    if (session === null) return
    reviewSubscriptions(rights, this.subscriptions.filters(), filter => session.unsubscribe([filter], () => this.#drop(filter)))
  }

  #drop (filter: string): void {
    this.subscriptions.revoke(filter)
    this.leaveGroup(filter)
  }

  #enter (): ReturnCode {
    const isPresent = this.#entry.enter(this.clientId)
    if (isPresent === null) return UNAVAILABLE
    this.sessionPresent = isPresent
    return 0
  }

  #check (filter: string, allowed: boolean | Promise<boolean>): boolean | Promise<boolean> {
    if (allowed === true) return true
    const refused = (): false => {
      this.subscriptions.revoke(filter)
      return false
    }
    return allowed === false ? refused() : allowed.then(still => still || refused(), refused)
  }

  #refuse (answer: Refusal, kind = 'refused'): ReturnCode {
    this.#around.counters.connectsRefused++
    const { address, listener } = this.#peer
    this.#around.lines.warn(kind, { clientId: this.clientId, address, listener, returnCode: answer.returnCode, cause: answer.reason }, 'refused a device')
    this.#presence.refused(answer.returnCode)
    return answer.returnCode
  }

  #renew (): void {
    const { gatekeeper } = this.#around
    const answer = gatekeeper.renew(this.#rights)
    this.#generation = gatekeeper.generation
    this.#rights = answer.allow ? answer.rights : NOTHING_ALLOWED
    if (!answer.allow) this.#events.dismissed(answer.reason, ReasonCode.NOT_AUTHORIZED)
  }

  #isAbandoned (): boolean {
    return this.#abandoned
  }
}
