/**
 * Delivers messages to local sessions, one at a time: kept for its retained topic and for stored sessions first, then
 * handed to live ones. `done` means that: not that slow subscribers have read it.
 */
import { BrokerError, BrokerErrorCode } from './errors.ts'
import type { LocalInterest } from './local-interest.ts'
import { MAX_LOCAL_LEVELS, levelsOf } from './local-levels.ts'
import { LocalTakers } from './local-takers.ts'
import { type Passage, PublishGate } from './publish-gate.ts'
import type { Done, Message } from './session-port.ts'
import type { SessionStore, StoredPacket } from './session-store.ts'
import { UnderWay } from './under-way.ts'

/** Messages that may wait for the one before them; then connections are held. The store is memory-first, so it is short. */
const CROWD = 2048

export class LocalSessions {
  readonly gate: PublishGate = new PublishGate(CROWD)
  /** What is on its way through here, by publisher. */
  readonly underWay: UnderWay = new UnderWay()
  /** Who can be given messages without any of this. */
  readonly takers: LocalTakers
  readonly #brokerId: string
  readonly #store: SessionStore
  readonly #interest: LocalInterest
  /** Subscribers take a message with a count below the last one's for a repetition: it is given out inside the gate. */
  #count = 0

  constructor (brokerId: string, store: SessionStore, interest: LocalInterest) {
    this.#brokerId = brokerId
    this.#store = store
    this.#interest = interest
    this.takers = new LocalTakers(interest, this.underWay)
  }

  /** @param publisher the client id it comes from; null when none does */
  deliver (message: Message, publisher: string | null, done: Done): void {
    if (levelsOf(message.topic) > MAX_LOCAL_LEVELS) {
      return done(new BrokerError(BrokerErrorCode.DELIVERY, `topic has more than ${MAX_LOCAL_LEVELS} levels`, { hint: 'shorten the topic, or lower max_topic_levels so that it is refused at the door' }))
    }
    const { handshake } = message
    if (handshake?.isRepeated === true && this.#store.handshakes.has(handshake)) return this.#store.settled(done) // [MQTT-4.3.3-2]
    const passage: Passage = {
      start: () => {
        const packet = this.#packet(message, publisher)
        if (!this.#isKept(packet)) return this.#hand(packet, null, done)
        this.#keep(packet, handshake).then(
          () => this.#hand(packet, null, done),
          (thrown: unknown) => this.#hand(packet, thrown instanceof Error ? thrown : new Error(String(thrown)), done))
      }
    }
    if (publisher !== null) this.underWay.begin(publisher)
    this.gate.enter(passage)
  }

  #packet ({ topic, payload, qos, retain, properties, messageExpiry }: Message, publisher: string | null): StoredPacket {
    const packet: StoredPacket = { cmd: 'publish', brokerId: this.#brokerId, brokerCounter: ++this.#count, topic, payload, qos, retain, dup: false }
    if (properties !== undefined || messageExpiry !== undefined) {
      return { ...packet, ...(publisher === null ? {} : { clientId: publisher }), ...(properties === undefined ? {} : { properties }), ...(messageExpiry === undefined ? {} : { messageExpiry }) }
    }
    return publisher === null ? packet : { ...packet, clientId: publisher }
  }

  #isKept (packet: StoredPacket): boolean {
    return packet.retain || (packet.qos > 0 && this.#interest.isStored(packet.topic))
  }

  async #keep (packet: StoredPacket, handshake: Message['handshake']): Promise<void> {
    if (packet.retain) await this.#store.storeRetained(packet)
    if (packet.qos === 0) return
    const matching = await this.#store.subscriptionsByTopic(packet.topic)
    const wanted = matching.filter(one => ((one.nl !== true && one.noLocal !== true) || one.clientId !== packet.clientId) && this.#store.has(one.clientId)) // one that has ended meanwhile would be made anew
    if (wanted.length === 0) return
    if (handshake !== undefined) this.#store.handshakes.open(handshake)
    await this.#store.outgoingEnqueueCombi(wanted, packet)
  }

  /** Live subscribers get it also when the store failed; the publisher hears of the failure and is not acknowledged. */
  #hand (packet: StoredPacket, failure: Error | null, done: Done): void {
    const { clientId } = packet
    this.#interest.emitter.emit({ ...packet }, () => { if (clientId !== undefined) this.underWay.end(clientId) })
    this.gate.passed()
    if (failure !== null || !this.#isKept(packet)) done(failure)
    else this.#store.settled(done)
  }
}
