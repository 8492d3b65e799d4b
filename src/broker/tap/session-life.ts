/**
 * The session of one connection: who it is, what it may do, what it has subscribed to. Answers what the keeper of
 * sessions asks, from CONNECT to the session's end.
 */
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import { isServerTopic } from '../../mqtt/topic-name.ts'
import type { Relay } from '../../relay/relay.ts'
import type { Answer, Gatekeeper, Rights } from '../auth/rights.ts'
import type { Claim, Claimant, ClientClaims } from '../client-claims.ts'
import type { PeerInfo } from '../listener/peer-info.ts'
import type { RepeatedLines } from '../repeated-lines.ts'
import type { Qos, ReturnCode, Session, SessionOwner, Subscription } from '../session-port.ts'
import type { Introduction } from './connect-door.ts'
import { Subscriptions } from './subscriptions.ts'

export interface SessionLifeEvents {
  /** Packets may flow. */
  opened (session: Session): void
  /** The connection has to end: its client id is used by another, or it may not be here any more. */
  dismissed (reason: string): void
}

export interface SessionLifeSurroundings {
  readonly gatekeeper: Gatekeeper
  readonly claims: ClientClaims
  readonly counters: BrokerCounters
  readonly lines: RepeatedLines
  readonly publish: { readonly relay: Relay }
  readonly hasRoomFor: (clientId: string) => boolean
}

const UNAVAILABLE = 3
const NO_ROOM: Refusal = { allow: false, returnCode: UNAVAILABLE, reason: 'as many sessions are stored as limits.max_sessions allows' }

type Refusal = Extract<Answer, { readonly allow: false }>

/** Before CONNECT is answered nothing is allowed. */
const NOTHING_ALLOWED: Rights = { publish: () => false, subscribe: () => false, receive: () => false }

export class SessionLife implements SessionOwner, Claimant {
  readonly subscriptions: Subscriptions = new Subscriptions()
  clientId = ''
  readonly #around: SessionLifeSurroundings
  readonly #peer: PeerInfo
  readonly #level: 3 | 4
  readonly #clean: boolean
  readonly #events: SessionLifeEvents
  #rights: Rights = NOTHING_ALLOWED
  #generation = 0
  #claim: Claim | null = null
  #registered = false
  #session: Session | null = null
  /** The connection has ended: the session must not begin, or ends as soon as it has. */
  #abandoned = false

  constructor (around: SessionLifeSurroundings, peer: PeerInfo, { level, request }: Introduction, events: SessionLifeEvents) {
    this.#around = around
    this.#peer = peer
    this.#level = level
    this.#clean = request.cleanSession
    this.#events = events
  }

  /** Rights of today. HOT: one comparison unless users or rules were replaced. */
  get rights (): Rights {
    if (this.#generation !== this.#around.gatekeeper.generation) this.#renew()
    return this.#rights
  }

  async authenticate (clientId: string, username: string | null, password: Buffer | null): Promise<ReturnCode> {
    this.clientId = clientId
    const { gatekeeper, claims, counters } = this.#around
    this.#generation = gatekeeper.generation
    const { address, port, certificate } = this.#peer
    const answer = await gatekeeper.authenticate({ clientId, username, password, address, port, level: this.#level, certificate })
    if (!answer.allow) return this.#refuse(answer)
    if (!this.#clean && !this.#around.hasRoomFor(clientId)) return this.#refuse(NO_ROOM)
    this.#rights = answer.rights
    if (this.#abandoned) return UNAVAILABLE
    this.#claim = claims.claim(clientId, this)
    if (await this.#claim.alone) counters.takeOvers++
    return this.#isAbandoned() ? UNAVAILABLE : 0
  }

  restore (subscription: Subscription): boolean | Promise<boolean> {
    if (this.#session !== null) return true // of a SUBSCRIBE: decided and remembered before
    this.subscriptions.grant(subscription.filter, subscription.qos)
    return this.#check(subscription.filter, this.rights.subscribe(subscription.filter))
  }

  registered (): void {
    this.#registered = true
    this.#around.counters.sessions++
  }

  ready (session: Session): void {
    this.#session = session
    this.#events.opened(session)
    if (this.#generation !== this.#around.gatekeeper.generation) this.review() // replaced while it was made
  }

  gone (): void {
    if (this.#registered) this.#around.counters.sessions--
    this.#registered = false
    this.#claim?.release()
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
    this.#events.dismissed('another connection has taken over its client id')
  }

  mayPublishWill (topic: string): boolean | Promise<boolean> {
    if (isServerTopic(topic)) return false
    const bytes = Buffer.from(topic)
    const entry = this.#around.publish.relay.lookup(bytes, 0, bytes.length)
    return entry.valid && this.#rights.publish(entry)
  }

  deliveryQos (topic: string, qos: Qos): Qos | null {
    return this.rights.receive(topic) ? this.subscriptions.deliveryQos(topic, qos) : null
  }

  /** Users or rules were replaced: may it stay, and keep its subscriptions? */
  review (): void {
    const { rights } = this
    const session = this.#session
    if (session === null) return
    for (const filter of this.subscriptions.filters()) {
      const allowed = rights.subscribe(filter)
      if (allowed === true) continue
      const drop = (still: boolean): void => {
        if (!still) session.unsubscribe([filter], () => this.subscriptions.revoke(filter))
      }
      if (allowed === false) drop(false)
      else allowed.then(drop, () => drop(false))
    }
  }

  #check (filter: string, allowed: boolean | Promise<boolean>): boolean | Promise<boolean> {
    if (allowed === true) return true
    const refused = (): false => {
      this.subscriptions.revoke(filter)
      return false
    }
    return allowed === false ? refused() : allowed.then(still => still || refused(), refused)
  }

  #refuse (answer: Refusal): ReturnCode {
    this.#around.counters.connectsRefused++
    const { address, listener } = this.#peer
    this.#around.lines.warn('refused', { clientId: this.clientId, address, listener, returnCode: answer.returnCode, cause: answer.reason }, 'refused a device')
    return answer.returnCode
  }

  #renew (): void {
    const { gatekeeper } = this.#around
    const answer = gatekeeper.renew(this.#rights)
    this.#generation = gatekeeper.generation
    this.#rights = answer.allow ? answer.rights : NOTHING_ALLOWED
    if (!answer.allow) this.#events.dismissed(answer.reason)
  }

  #isAbandoned (): boolean {
    return this.#abandoned
  }
}
