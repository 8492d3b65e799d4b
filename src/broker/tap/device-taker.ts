/** A device that takes messages of QoS 0 as whole frames of its version. HOT. */
import { matches } from '../../mqtt/topic-filter.ts'
import type { PublishFrame } from '../publish-frame.ts'
import type { Taker, Takings } from '../session-port.ts'
import type { Outbound } from './outbound.ts'
import type { Subscriptions } from './subscriptions.ts'

export class DeviceTaker implements Taker {
  readonly clientId: string
  readonly #outbound: Outbound
  readonly #level: 4 | 5
  readonly #maximumPacketSize: number

  /** @param maximumPacketSize bytes; a larger frame is not delivered [MQTT-3.1.2-24] */
  constructor (clientId: string, outbound: Outbound, level: 4 | 5, maximumPacketSize: number) {
    this.clientId = clientId
    this.#outbound = outbound
    this.#level = level
    this.#maximumPacketSize = maximumPacketSize
  }

  take (frame: PublishFrame): void {
    if (!this.#outbound.mayDeliver()) return // for one that does not read nothing is made
    frame.become(this.#level)
    if (frame.size > this.#maximumPacketSize) return // [MQTT-3.1.2-25]
    this.#outbound.deliver(frame.bytes, frame.start, frame.body, frame.end)
  }

  /** Adds itself for a topic; false where a subscription adds something to each of its messages. */
  join (topic: string, subscriptions: Subscriptions, takings: Takings): boolean {
    let own = false
    for (const { filter, subscriptionId, bridge, noLocal } of subscriptions.all()) {
      if (!matches(filter, topic)) continue
      if (subscriptionId !== undefined) return false // [MQTT-3.3.4-3]
      if (bridge || noLocal === true) own = true // [MQTT-3.8.3-3]
    }
    takings.add(this, own)
    return true
  }
}
