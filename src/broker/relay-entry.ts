/**
 * The Relay's entry for messages that no device's connection brings: wills, HTTP, and what came down one bridge and may
 * go up another. Each is offered until it is taken, in order; where a bridge is full they wait here, bounded.
 */
import { type PublishMessage, encodePublish } from '../mqtt/publish-encoder.ts'
import { PublishView } from '../mqtt/publish-view.ts'
import { sentProperties } from '../mqtt/v5/sent-properties.ts'
import { bodyOf } from '../mqtt/frame-layout.ts'
import type { BrokerCounters } from '../metrics/broker-counters.ts'
import { Receipts } from '../relay/receipts.ts'
import type { Origin } from '../relay/origin.ts'
import { Admission, type Relay, type TopicEntry } from '../relay/relay.ts'
import { BrokerError, BrokerErrorCode } from './errors.ts'
import type { Done, Message } from './session-port.ts'

/** Messages that may wait for room in a bridge. Downlink is bounded by the remote's window before it gets here. */
const MAX_WAITING = 10_000
const NO_SLOT = 0
const PACKET_ID = 1

interface Offer {
  readonly entry: TopicEntry
  readonly message: Message
  readonly origin: Origin
  readonly done: Done
}

export class RelayEntry {
  readonly #relay: Relay
  readonly #counters: BrokerCounters
  readonly #view = new PublishView()
  #waiting: Offer[] = []

  constructor (relay: Relay, counters: BrokerCounters) {
    this.#relay = relay
    this.#counters = counters
  }

  /** @param done called once, when every bridge that wants it has made it safe, or when no bridge wants it */
  offer (message: Message, origin: Origin, done: Done): void {
    const topic = Buffer.from(message.topic)
    const entry = this.#relay.lookup(topic, 0, topic.length)
    if (!entry.valid || !entry.bridged) return done(null)
    const offer = { entry, message, origin, done }
    if (this.#waiting.length > 0 || !this.#admit(offer)) this.#wait(offer)
  }

  #admit ({ entry, message, origin, done }: Offer): boolean {
    const properties = sentProperties(message)
    const level = properties === null ? 4 : 5
    const { topic, payload, qos, retain } = message
    const frame = encodePublish({ level, topic, payload, qos, retain, packetId: PACKET_ID, ...(properties === null ? {} : { properties }) } satisfies PublishMessage)
    this.#view.read(frame, 0, bodyOf(frame), frame.length, level)
    const receipts = message.qos === 0 ? null : new Receipts({ acknowledge: () => done(null) })
    const slot = receipts?.open(PACKET_ID, message.qos) ?? NO_SLOT
    if (this.#relay.admit(entry, this.#view, origin, receipts, slot) === Admission.FULL) return false
    if (receipts === null) done(null)
    else receipts.release(slot)
    return true
  }

  #wait (offer: Offer): void {
    if (offer.message.qos === 0) {
      this.#counters.relayDroppedQos0++
      return offer.done(null)
    }
    if (this.#waiting.length >= MAX_WAITING) {
      this.#counters.relayOverflow++
      return offer.done(new BrokerError(BrokerErrorCode.DELIVERY, `no room in a bridge for ${offer.message.topic}`,
        { hint: 'the bridge is down or slower than what comes in; see its queue limits' }))
    }
    this.#waiting.push(offer)
    if (this.#waiting.length === 1) this.#relay.whenRoom(() => this.#again())
  }

  #again (): void {
    let taken = 0
    for (const offer of this.#waiting) {
      if (!this.#admit(offer)) break
      taken++
    }
    this.#waiting = this.#waiting.slice(taken)
    if (this.#waiting.length > 0) this.#relay.whenRoom(() => this.#again())
  }
}
