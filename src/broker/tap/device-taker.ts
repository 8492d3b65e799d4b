/** A device that takes messages of QoS 0 as whole frames of its version. HOT. */
import { matches } from '../../mqtt/topic-filter.ts'
import type { PublishFrame } from '../publish-frame.ts'
import type { Session, Taker, Takings } from '../session-port.ts'
import type { Outbound } from './outbound.ts'
import type { Subscriptions } from './subscriptions.ts'

export class DeviceTaker implements Taker {
  readonly clientId: string
  readonly #session: Session
  readonly #outbound: Outbound
  readonly #level: 4 | 5
  readonly #maximumPacketSize: number

  /** @param maximumPacketSize bytes; a larger frame is not delivered [MQTT-3.1.2-24] */
  constructor (session: Session, outbound: Outbound, level: 4 | 5, maximumPacketSize: number) {
    this.clientId = session.clientId
    this.#session = session
    this.#outbound = outbound
    this.#level = level
    this.#maximumPacketSize = maximumPacketSize
  }

  get isAddressed (): boolean { return this.#session.addressed > 0 }

  /** What is in the way of one that does not read is not even made [MQTT-3.1.2-25]. */
  take (frame: PublishFrame): void {
    if (frame.sizeFor(this.#level) > this.#maximumPacketSize || !this.#outbound.mayDeliver()) return
    frame.become(this.#level)
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
