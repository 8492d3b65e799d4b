/** What a bridge asks its remote for, and whether the remote knows it already. */
import type { SubscriptionRule } from '../config/model.ts'
import type { Logger } from '../logger.ts'
import type { SubscriptionRequest } from './remote-client.ts'

/** What is needed of a connection. */
export interface Subscriber {
  readonly sessionPresent: boolean
  subscribe (requests: readonly SubscriptionRequest[]): Promise<string[]>
}

export class Subscriptions {
  readonly #requests: readonly SubscriptionRequest[]
  readonly #logger: Logger
  /** The remote has granted all of them to the session it keeps for us. */
  #granted = false

  constructor (rules: readonly SubscriptionRule[], logger: Logger) {
    this.#requests = requestsOf(rules)
    this.#logger = logger
  }

  /** Subscribes, unless the remote's session holds it all: then its retained messages are not sent once more. */
  async renew (connection: Subscriber): Promise<void> {
    if (this.#requests.length === 0 || (this.#granted && connection.sessionPresent)) return
    this.#granted = false
    const refused = await connection.subscribe(this.#requests)
    for (const filter of refused) {
      this.#logger.warn({ filter, hint: 'Check the rules of the remote for this bridge.' }, 'remote refuses a subscription')
    }
    this.#granted = refused.length === 0
  }
}

/** One request a filter: of two rules for one filter the higher QoS is asked for. */
function requestsOf (rules: readonly SubscriptionRule[]): SubscriptionRequest[] {
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
  return [...requests.values()]
}
