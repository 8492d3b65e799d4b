/** What one device has subscribed to, and the QoS that a delivery may have by it [MQTT-3.8.4-6] [MQTT-3.3.5-1]. */
import { matches } from '../../mqtt/topic-filter.ts'
import type { Qos, Subscription } from '../session-port.ts'

export class Subscriptions {
  readonly #granted = new Map<string, Subscription>()
  /** How many were granted each QoS: with only one in use no filter has to be matched. */
  readonly #counts: [number, number, number] = [0, 0, 0]

  readonly #changed: (filter: string) => void

  /** Some were made with MQTT 5, and their options ask for RETAIN as it was published. */
  hasOptions = false
  /** Some are a bridge's of 3.1.1, which gets RETAIN as it was published. */
  hasBridge = false

  /** @param changed told of each filter that is granted or revoked, or granted again with other options */
  constructor (changed: (filter: string) => void) {
    this.#changed = changed
  }

  get size (): number { return this.#granted.size }

  has (filter: string): boolean {
    return this.#granted.has(filter)
  }

  get (filter: string): Subscription | undefined {
    return this.#granted.get(filter)
  }

  filters (): string[] {
    return [...this.#granted.keys()]
  }

  /** Each with the QoS it was granted. */
  granted (): readonly { readonly filter: string, readonly qos: Qos }[] {
    return [...this.#granted.values()].map(({ filter, qos }) => ({ filter, qos }))
  }

  all (): IterableIterator<Subscription> {
    return this.#granted.values()
  }

  grant (subscription: Subscription): void {
    this.revoke(subscription.filter)
    this.#granted.set(subscription.filter, subscription)
    this.#counts[subscription.qos]++
    if (subscription.noLocal !== undefined) this.hasOptions = true
    if (subscription.bridge) this.hasBridge = true
    this.#changed(subscription.filter)
  }

  revoke (filter: string): void {
    const subscription = this.#granted.get(filter)
    if (subscription === undefined) return
    this.#granted.delete(filter)
    this.#counts[subscription.qos]--
    this.#changed(filter)
  }

  /**
   * The QoS to deliver with: the message's, or the highest that a matching filter was granted where that is less.
   * @param own the device published it: filters with No Local do not bring it [MQTT-3.8.3-3]
   */
  deliveryQos (topic: string, qos: Qos, own: boolean): Qos {
    if (qos === 0 || this.#granted.size === 0) return qos
    const highest = this.#only() ?? this.#highestOf(topic, own)
    return highest !== null && highest < qos ? highest : qos
  }

  #only (): Qos | null {
    const [none, once, exactly] = this.#counts
    if (once === 0 && exactly === 0) return 0
    if (none === 0 && exactly === 0) return 1
    return none === 0 && once === 0 ? 2 : null
  }

  /** Null when no filter matches any more: a message queued for a filter that was given up. */
  #highestOf (topic: string, own: boolean): Qos | null {
    let highest: Qos | null = null
    for (const [filter, { qos, noLocal }] of this.#granted) {
      if ((highest === null || qos > highest) && !(own && noLocal === true) && matches(filter, topic)) highest = qos
    }
    return highest
  }
}
