/**
 * What a bridge asks its remote for, and what the remote's session is known to hold: only the difference is asked for, so that retained
 * messages are not sent once more, and rules can change while the link is up.
 */
import type { SubscriptionRule } from '../../config/model.ts'
import { CausewayError, reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import { BridgeError, bridgeCodes } from '../errors.ts'
import type { SubscriptionRequest } from './remote-client.ts'

/** What is needed of a connection. */
export interface Subscriber {
  readonly sessionPresent: boolean
  /** Whose session: another server or client id has another one. */
  readonly session: string
  /** @returns the filters that the remote refused */
  subscribe (requests: readonly SubscriptionRequest[]): Promise<string[]>
  unsubscribe (filters: readonly string[]): Promise<void>
}

/** Filters in one packet: AWS IoT takes no more. */
const MOST_IN_ONE = 8

export class Subscriptions {
  readonly #logger: Logger
  #wanted: ReadonlyMap<string, SubscriptionRequest>
  /** What the remote has granted to the session it keeps for us, by filter. */
  readonly #granted = new Map<string, SubscriptionRequest>()
  #session = ''
  /** One packet of them at a time, so that the last word is the rules of now. */
  #last: Promise<void> = Promise.resolve()

  constructor (rules: readonly SubscriptionRule[], logger: Logger) {
    this.#wanted = requestsOf(rules)
    this.#logger = logger
  }

  /** Other rules hold from the next {@link renew} or {@link adjust} on. */
  replace (rules: readonly SubscriptionRule[]): void {
    this.#wanted = requestsOf(rules)
  }

  /** A connection is up: asks for what its session does not hold, and gives up what it holds and nobody wants. */
  async renew (connection: Subscriber): Promise<void> {
    if (!connection.sessionPresent || connection.session !== this.#session) this.#granted.clear()
    this.#session = connection.session
    await this.adjust(connection)
  }

  /** Rules have changed while this connection is up. New ones first: what two rules share is missed at no moment. */
  async adjust (connection: Subscriber): Promise<void> {
    const before = this.#last
    const adjusted = (async () => {
      await before
      await this.#adjust(connection)
    })()
    this.#last = adjusted.catch(() => {})
    await adjusted
  }

  async #adjust (connection: Subscriber): Promise<void> {
    const wanted = this.#wanted
    const missing = [...wanted.values()].filter(request => !isSame(request, this.#granted.get(request.filter)))
    for (const some of inPackets(missing)) {
      const refused = await connection.subscribe(some)
      for (const request of some) {
        if (refused.includes(request.filter)) this.#refused(request.filter)
        else this.#granted.set(request.filter, request)
      }
    }
    const surplus = [...this.#granted.keys()].filter(filter => !wanted.has(filter))
    for (const some of inPackets(surplus)) {
      await connection.unsubscribe(some)
      for (const filter of some) this.#granted.delete(filter)
    }
  }

  #refused (filter: string): void {
    this.#granted.delete(filter)
    this.#logger.warn({ filter, hint: 'Check the rules of the remote for this bridge.' }, 'remote refuses a subscription')
  }
}

function * inPackets<T> (all: readonly T[]): Iterable<readonly T[]> {
  for (let i = 0; i < all.length; i += MOST_IN_ONE) yield all.slice(i, i + MOST_IN_ONE)
}

/** Ends a connection whose remote does not answer SUBSCRIBE, so that it is tried anew. */
export function mustBeAnswered (connection: { fail (reason: CausewayError): void }, asked: Promise<void>): void {
  asked.catch((error: unknown) => {
    connection.fail(error instanceof CausewayError ? error : new BridgeError(bridgeCodes.linkLost, reasonOf(error), { cause: error }))
  })
}

function isSame (wanted: SubscriptionRequest, granted: SubscriptionRequest | undefined): boolean {
  return granted !== undefined && wanted.qos === granted.qos && wanted.noLocal === granted.noLocal &&
    wanted.retainAsPublished === granted.retainAsPublished && wanted.retainHandling === granted.retainHandling
}

/** One request a filter: of two rules for one filter the higher QoS is asked for. */
function requestsOf (rules: readonly SubscriptionRule[]): ReadonlyMap<string, SubscriptionRequest> {
  const requests = new Map<string, SubscriptionRequest>()
  for (const rule of rules) {
    const earlier = requests.get(rule.remoteTopic)
    if (earlier !== undefined && earlier.qos >= rule.subscribeQos) continue
    requests.set(rule.remoteTopic, {
      filter: rule.remoteTopic,
      qos: rule.subscribeQos,
      noLocal: rule.noLocal,
      retainAsPublished: rule.retainAsPublished,
      retainHandling: rule.retainHandling
    })
  }
  return requests
}
