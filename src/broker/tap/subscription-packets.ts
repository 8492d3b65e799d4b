/**
 * SUBSCRIBE and UNSUBSCRIBE of one device: each filter is decided, the keeper of the session is told, and the answer goes
 * out when that is done. The connection's later packets wait meanwhile, so that they happen in their order.
 */
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import { SUBSCRIPTION_REFUSED, encodeSuback, encodeUnsuback } from '../../mqtt/control.ts'
import { type FilterLimits, type SubscribeRequest, type SubscriptionRequest, readSubscribe } from '../../mqtt/subscribe.ts'
import { isShared, sharedFilter } from '../../mqtt/topic-filter.ts'
import { readUnsubscribe } from '../../mqtt/unsubscribe.ts'
import { encodeSuback5, encodeUnsuback5, sizeOfAnswers } from '../../mqtt/v5/answers.ts'
import { ReasonCode } from '../../mqtt/v5/reason-code.ts'
import { type Violation, violation } from '../../mqtt/violation.ts'
import type { RepeatedLines } from '../repeated-lines.ts'
import type { Session, Subscription } from '../session-port.ts'
import type { SessionStore } from '../session-store.ts'
import { sendRetained } from '../v5/retained-delivery.ts'
import type { Outbound } from './outbound.ts'
import type { SessionLife } from './session-life.ts'
import { maySubscribe } from './subscription-rights.ts'

/** Reason strings of SUBACK, where one filter of it was refused. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [ReasonCode.NOT_AUTHORIZED, 'the device may not subscribe to this filter'],
  [ReasonCode.QUOTA_EXCEEDED, 'the device has as many subscriptions as it may'],
  [ReasonCode.UNSPECIFIED, 'a shared subscription has the form $share/group/filter']
])
const ANSWER_TOO_LARGE = violation('MQTT-3.1.2-24', 'the answer to so many filters is larger than the device takes', ReasonCode.PACKET_TOO_LARGE)
/** Its largest header with the packet identifier. */
const SUBACK_SIZE = 7

export interface SubscriptionHost {
  violated (fault: Violation): void
  /** The keeper of the session could not do it. */
  storeFailed (error: Error): void
  goOn (): void
}

export interface SubscriptionParts {
  readonly host: SubscriptionHost
  readonly session: Session
  /** What it may, and what it has. */
  readonly life: SessionLife
  readonly outbound: Outbound
  readonly store: SessionStore
  readonly counters: BrokerCounters
  readonly lines: RepeatedLines
  readonly maxSubscriptions: number
  readonly maxTopicLevels: number
  readonly level: 3 | 4 | 5
  /** The device says that it is a bridge: it wants nothing of its own back. */
  readonly bridge: boolean
}

export class SubscriptionPackets {
  readonly #parts: SubscriptionParts
  readonly #limits: FilterLimits

  constructor (parts: SubscriptionParts) {
    this.#parts = parts
    this.#limits = { maxTopicLevels: parts.maxTopicLevels, maxFilters: parts.maxSubscriptions }
  }

  subscribe (bytes: Buffer, body: number, end: number): false {
    const { host, level } = this.#parts
    const request = readSubscribe(bytes, body, end, level, this.#limits)
    if ('clause' in request) {
      host.violated(request)
      return false
    }
    const fault = this.#faultOfAnswer(request.subscriptions.length)
    if (fault !== null) host.violated(fault)
    else this.#subscribe(request).catch((thrown: unknown) => host.storeFailed(errorOf(thrown)))
    return false
  }

  unsubscribe (bytes: Buffer, body: number, end: number): false {
    const { host, level, session, life, outbound } = this.#parts
    const request = readUnsubscribe(bytes, body, end, level, this.#limits)
    if ('clause' in request) {
      host.violated(request)
      return false
    }
    const { packetId, filters } = request
    const fault = this.#faultOfAnswer(filters.length)
    if (fault !== null) {
      host.violated(fault)
      return false
    }
    const codes = filters.map(filter => life.subscriptions.has(filter) ? ReasonCode.SUCCESS : ReasonCode.NO_SUBSCRIPTION_EXISTED)
    session.unsubscribe(filters, error => {
      if (error !== null) return host.storeFailed(error)
      for (const filter of filters) {
        life.subscriptions.revoke(filter)
        life.leaveGroup(filter)
      }
      outbound.send(level === 5 ? encodeUnsuback5(packetId, codes) : encodeUnsuback(level, packetId, [])) // [MQTT-3.10.4-4] [MQTT-3.10.4-5]
      host.goOn()
    })
    return false
  }

  /** One that could not be answered is not begun. */
  #faultOfAnswer (filters: number): Violation | null {
    const { level, outbound } = this.#parts
    return level !== 5 || outbound.takes(sizeOfAnswers(filters)) ? null : ANSWER_TOO_LARGE
  }

  async #subscribe (request: SubscribeRequest): Promise<void> {
    const { host, session, life, outbound, level, store } = this.#parts
    const codes: number[] = []
    const granted: Subscription[] = []
    const retained: Subscription[] = []
    for (const asked of request.subscriptions) {
      const refusal = await this.#refusal(asked.filter)
      codes.push(refusal ?? asked.qos)
      if (refusal !== null) continue
      const subscription = this.#granted(asked, request)
      if (level === 5 && wantsRetained(asked, life.subscriptions.has(asked.filter))) retained.push(subscription)
      life.subscriptions.grant(subscription)
      if (isShared(asked.filter)) this.#share(subscription)
      else granted.push(subscription)
    }
    const answer = (error: Error | null): void => {
      if (error !== null) return host.storeFailed(error)
      outbound.send(level === 5 ? encodeSuback5(request.packetId, codes, this.#notice(codes)) : encodeSuback(level, request.packetId, codes)) // [MQTT-3.8.4-1] [MQTT-3.8.4-5]
      for (const subscription of retained) sendRetained(session, subscription, store)
      host.goOn()
    }
    if (granted.length > 0) session.subscribe(granted, answer)
    else answer(null)
  }

  /** Why the first refused filter was refused. */
  #notice (codes: readonly number[]): Buffer {
    const refused = codes.find(code => code >= ReasonCode.UNSPECIFIED) ?? ReasonCode.SUCCESS
    return this.#parts.outbound.notice(REFUSALS.get(refused) ?? '', SUBACK_SIZE + codes.length)
  }

  #granted ({ filter, qos, noLocal, retainAsPublished }: SubscriptionRequest, { subscriptionId }: SubscribeRequest): Subscription {
    const { level, bridge } = this.#parts
    if (level !== 5) return { filter, qos, bridge }
    return { filter, qos, bridge: false, noLocal, retainAsPublished, ...(subscriptionId < 0 ? {} : { subscriptionId }) }
  }

  #share (subscription: Subscription): void {
    this.#parts.session.note(subscription)
    this.#parts.life.joinGroup(subscription)
  }

  /** Why a filter is not granted, as SUBACK says it; null: it is. */
  async #refusal (filter: string): Promise<number | null> {
    const { session, life, counters, lines, maxSubscriptions } = this.#parts
    if (isShared(filter) && sharedFilter(filter) === null) {
      counters.subscribeShared++
      lines.warn('shared', { clientId: session.clientId, filter }, 'refused a shared subscription that is not of the form $share/group/filter')
      return this.#code(ReasonCode.UNSPECIFIED)
    }
    if (life.subscriptions.size >= maxSubscriptions && !life.subscriptions.has(filter)) {
      counters.subscribeOverLimit++
      lines.warn('subscriptions', { clientId: session.clientId, limit: maxSubscriptions }, 'refused a subscription: the device has too many')
      return this.#code(ReasonCode.QUOTA_EXCEEDED)
    }
    if (await maySubscribe(life.rights, filter)) return null
    counters.subscribeDenied++
    lines.warn('subscribe-denied', { clientId: session.clientId, filter }, 'refused a subscription: not allowed')
    return this.#code(ReasonCode.NOT_AUTHORIZED)
  }

  #code (reasonCode: number): number {
    return this.#parts.level === 5 ? reasonCode : SUBSCRIPTION_REFUSED
  }
}

/** By Retain Handling; a shared subscription gets none [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]. */
function wantsRetained ({ filter, retainHandling }: SubscriptionRequest, existed: boolean): boolean {
  return !isShared(filter) && (retainHandling === 0 || (retainHandling === 1 && !existed))
}

function errorOf (thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
