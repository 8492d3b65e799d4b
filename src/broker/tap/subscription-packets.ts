/**
 * SUBSCRIBE and UNSUBSCRIBE of one device: each filter is decided, the keeper of the session is told, and the answer goes
 * out when that is done. The connection's later packets wait meanwhile, so that they happen in their order.
 */
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import { SUBSCRIPTION_REFUSED, encodeSuback, encodeUnsuback } from '../../mqtt/control.ts'
import { type FilterLimits, type SubscribeRequest, readSubscribe } from '../../mqtt/subscribe.ts'
import { isShared } from '../../mqtt/topic-filter.ts'
import { readUnsubscribe } from '../../mqtt/unsubscribe.ts'
import type { Violation } from '../../mqtt/violation.ts'
import type { RepeatedLines } from '../repeated-lines.ts'
import type { Session, Subscription } from '../session-port.ts'
import type { Outbound } from './outbound.ts'
import type { SessionLife } from './session-life.ts'

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
  readonly counters: BrokerCounters
  readonly lines: RepeatedLines
  readonly maxSubscriptions: number
  readonly maxTopicLevels: number
  readonly level: 3 | 4
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
    if ('clause' in request) host.violated(request)
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
    session.unsubscribe(request.filters, error => {
      if (error !== null) return host.storeFailed(error)
      for (const filter of request.filters) life.subscriptions.revoke(filter)
      outbound.send(encodeUnsuback(level, request.packetId, [])) // [MQTT-3.10.4-4] [MQTT-3.10.4-5]
      host.goOn()
    })
    return false
  }

  async #subscribe (request: SubscribeRequest): Promise<void> {
    const { host, session, life, outbound, level, bridge } = this.#parts
    const codes: number[] = []
    const granted: Subscription[] = []
    for (const { filter, qos } of request.subscriptions) {
      const allowed = await this.#decide(filter)
      codes.push(allowed ? qos : SUBSCRIPTION_REFUSED)
      if (!allowed) continue
      life.subscriptions.grant(filter, qos)
      granted.push({ filter, qos, bridge })
    }
    const answer = (error: Error | null): void => {
      if (error !== null) return host.storeFailed(error)
      outbound.send(encodeSuback(level, request.packetId, codes)) // [MQTT-3.8.4-1] [MQTT-3.8.4-5]
      host.goOn()
    }
    if (granted.length > 0) session.subscribe(granted, answer)
    else answer(null)
  }

  async #decide (filter: string): Promise<boolean> {
    const { session, life, counters, lines, maxSubscriptions } = this.#parts
    if (isShared(filter)) {
      counters.subscribeShared++
      lines.warn('shared', { clientId: session.clientId, filter }, 'refused a shared subscription: they are not supported')
      return false
    }
    if (life.subscriptions.size >= maxSubscriptions && !life.subscriptions.has(filter)) {
      counters.subscribeOverLimit++
      lines.warn('subscriptions', { clientId: session.clientId, limit: maxSubscriptions }, 'refused a subscription: the device has too many')
      return false
    }
    if (await life.rights.subscribe(filter)) return true
    counters.subscribeDenied++
    lines.warn('subscribe-denied', { clientId: session.clientId, filter }, 'refused a subscription: not allowed')
    return false
  }
}

function errorOf (thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}
