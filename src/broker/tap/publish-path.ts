/**
 * The way of a device's PUBLISH: checked, allowed, admitted to the bridges, given to local sessions when somebody here
 * wants it, acknowledged when it is safe. One message at a time: what has to wait stops the connection's scanner, so that
 * its messages keep their order [MQTT-4.6.0-1] and at most one is undecided [invariant 1]. HOT.
 */
import { PublishView } from '../../mqtt/publish-view.ts'
import { isServerTopic } from '../../mqtt/topic-name.ts'
import { type Violation, violation } from '../../mqtt/violation.ts'
import { type AcknowledgementSink, Receipts } from '../../relay/receipts.ts'
import type { Origin } from '../../relay/origin.ts'
import { senderOf } from '../../relay/spread.ts'
import { Admission, type TopicEntry } from '../../relay/relay.ts'
import { LocalHandover } from './local-handover.ts'
import type { PublishHost, PublishSurroundings, PublishingSession } from './publish-host.ts'

const SERVER_TOPIC = violation('MQTT-4.7.2-1', 'PUBLISH to a topic of the server', 0x90)
const BAD_TOPIC = violation('MQTT-4.7.3', 'topic name of PUBLISH is not one', 0x90)
const TOO_MANY_OPEN = violation('', 'too many QoS 2 messages without PUBREL', 0x93)

const NOT_AUTHORIZED = 0x87
const SUCCESS = 0

const NO_SLOT = -1

export class PublishPath {
  readonly #around: PublishSurroundings
  readonly #host: PublishHost
  readonly #publisher: PublishingSession
  readonly #origin: Origin
  readonly #view = new PublishView()
  readonly #receipts: Receipts
  readonly #handover: LocalHandover
  /** The message in work, where it has to wait. */
  #entry: TopicEntry | null = null
  #slot = NO_SLOT
  /** When the message in work began to wait for room; 0: it does not. */
  #waitingSince = 0
  #awaitsOwed = false
  #closed = false

  constructor (around: PublishSurroundings, host: PublishHost, publisher: PublishingSession) {
    this.#around = around
    this.#host = host
    this.#publisher = publisher
    this.#origin = { bridge: null, publisher: publisher.publisher, sender: senderOf(publisher.publisher.bytes) }
    this.#receipts = new Receipts(this.#sink())
    this.#handover = new LocalHandover(around, publisher)
  }

  get owed (): number { return this.#receipts.owed }

  /** Takes a frame; false when the connection has to wait, until {@link PublishHost.goOn}. */
  frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    const view = this.#view
    const fault = view.read(bytes, start, body, end, this.#publisher.level)
    if (fault !== null) return this.#refuse(fault)
    const refused = this.#publisher.door === null ? null : this.#publisher.door.open(view)
    if (refused !== null) return this.#refuse(refused)
    this.#count(view.qos)
    const entry = this.#around.relay.lookup(view.bytes, view.topicStart, view.topicEnd)
    if (!entry.valid) return this.#refuse(entry.fault ?? BAD_TOPIC)
    if (entry.system && isServerTopic(entry.name)) return this.#refuse(SERVER_TOPIC)
    this.#entry = entry
    this.#slot = NO_SLOT
    if (view.qos === 2 && this.#publisher.ids.has(view.packetId)) return this.#repeated(view.packetId)
    return this.#decide(entry)
  }

  /** One that has come round is not taken again; the rights say what becomes of the others. */
  #decide (entry: TopicEntry): boolean {
    if (this.#publisher.door !== null && this.#around.relay.isOwn(this.#view)) return this.#discard(SUCCESS)
    const allowed = this.#publisher.life.rights.publish(entry)
    if (typeof allowed !== 'boolean') return this.#undecided(allowed)
    return allowed ? this.#take(entry) : this.#deny(entry)
  }

  /** Lets a message of QoS 0 that has waited long enough go without the bridge that has no room. */
  tick (now: number): void {
    if (this.#waitingSince === 0 || this.#view.qos !== 0 || now - this.#waitingSince < this.#around.qos0WaitMs) return
    this.#around.counters.publishDroppedQos0++
    this.#goOn(this.#deliver())
  }

  /** The connection is gone. A message that waited was taken nowhere; what was taken becomes safe without it. */
  close (): void {
    this.#closed = true
    this.#around.relay.stopWaiting(this.#offerAgain)
    this.#publisher.ids.stopWaiting()
    if (this.#waitingSince !== 0 && this.#view.qos === 2) this.#publisher.ids.forget(this.#view.packetId)
  }

  #count (qos: number): void {
    const { counters } = this.#around
    const { traffic } = this.#publisher
    if (qos === 0) {
      counters.publishReceivedQos0++
      traffic.receivedQos0++
    } else if (qos === 1) {
      counters.publishReceivedQos1++
      traffic.receivedQos1++
    } else {
      counters.publishReceivedQos2++
      traffic.receivedQos2++
    }
  }

  #refuse (fault: Violation): false {
    this.#host.violated(fault)
    return false
  }

  /** A message that was taken before: acknowledged again when the first one is safe [MQTT-4.3.3-2]. */
  #repeated (packetId: number): boolean {
    const { ids } = this.#publisher
    const slot = this.#receipts.open(packetId, 2)
    this.#around.counters.publishDuplicates++
    if (ids.isSafe(packetId)) this.#receipts.release(slot)
    else ids.whenSafe(packetId, () => this.#receipts.release(slot))
    return this.#mayGoOn()
  }

  #undecided (decision: Promise<boolean>): false {
    this.#around.counters.publishHeld++
    const decided = (allowed: boolean): void => {
      const entry = this.#entry
      if (this.#closed || entry === null) return
      this.#goOn(allowed ? this.#take(entry) : this.#deny(entry))
    }
    decision.then(decided, () => decided(false))
    return false
  }

  #deny (entry: TopicEntry): boolean {
    this.#around.counters.publishDenied++
    if (this.#around.gatekeeper.denyAction === 'disconnect') {
      this.#host.denied(entry.name)
      return false
    }
    return this.#discard(NOT_AUTHORIZED)
  }

  /** Acknowledged in its turn, and not taken. @param reasonCode of MQTT 5 */
  #discard (reasonCode: number): boolean {
    const view = this.#view
    const { door } = this.#publisher
    if (view.qos !== 0 && door !== null) {
      const fault = door.take()
      if (fault !== null) return this.#refuse(fault)
      if (reasonCode !== SUCCESS) door.refuse(view.packetId, reasonCode)
      else if (view.qos === 2 && !this.#publisher.ids.take(view.packetId)) return this.#refuse(TOO_MANY_OPEN)
    }
    if (view.qos !== 0) this.#receipts.release(this.#receipts.open(view.packetId, view.qos))
    return this.#mayGoOn()
  }

  #take (entry: TopicEntry): boolean {
    const view = this.#view
    const fault = view.qos === 0 || this.#publisher.door === null ? null : this.#publisher.door.take()
    if (fault !== null) return this.#refuse(fault)
    if (view.qos === 2 && !this.#publisher.ids.take(view.packetId)) return this.#refuse(TOO_MANY_OPEN)
    if (view.qos !== 0) this.#slot = this.#receipts.open(view.packetId, view.qos)
    return this.#admit(entry)
  }

  #admit (entry: TopicEntry): boolean {
    if (entry.bridged) {
      const receipts = this.#slot === NO_SLOT ? null : this.#receipts
      if (this.#around.relay.admit(entry, this.#view, this.#origin, receipts, this.#slot) === Admission.FULL) return this.#wait()
    }
    return this.#deliver()
  }

  /** No room in a required bridge: the connection is held until there is. */
  #wait (): false {
    if (this.#waitingSince === 0) {
      this.#around.counters.publishHeld++
      this.#waitingSince = performance.now()
    }
    this.#around.relay.whenRoom(this.#offerAgain)
    return false
  }

  readonly #offerAgain = (): void => {
    const entry = this.#entry
    if (this.#closed || this.#waitingSince === 0 || entry === null) return
    this.#publisher.door?.age(this.#view, performance.now() - this.#waitingSince)
    this.#goOn(this.#admit(entry))
  }

  /** Admitted: gives it to local sessions where wanted, and ends the path's own hold on its receipt. */
  #deliver (): boolean {
    const entry = this.#entry
    const slot = this.#slot
    this.#waitingSince = 0
    if (entry !== null && (entry.local || this.#view.retain)) this.#deliverLocally(entry, slot)
    if (slot !== NO_SLOT) this.#receipts.release(slot)
    return this.#mayGoOn()
  }

  #deliverLocally (entry: TopicEntry, slot: number): void {
    if (slot === NO_SLOT && this.#handover.direct(entry, this.#view)) return
    if (slot !== NO_SLOT) this.#receipts.hold(slot)
    this.#handover.give(entry, this.#view, error => {
      if (error !== null) this.#host.storeFailed(error)
      else if (slot !== NO_SLOT) this.#receipts.release(slot)
    })
  }

  #mayGoOn (): boolean {
    if (this.#receipts.owed >= this.#around.maxOwed) {
      this.#awaitsOwed = true
      return false
    }
    if (this.#handover.strayed) {
      this.#handover.whenBack(() => this.#goOn(true))
      return false
    }
    const { gate } = this.#around.local
    if (!gate.crowded) return true
    gate.whenCalm(() => this.#goOn(true))
    return false
  }

  #goOn (mayGoOn: boolean): void {
    if (mayGoOn && !this.#closed) this.#host.goOn()
  }

  #sink (): AcknowledgementSink {
    return {
      acknowledge: (packetId, qos) => {
        if (qos === 2) this.#publisher.ids.settle(packetId)
        if (this.#closed) return
        const { door } = this.#publisher
        const refusal = door === null ? 0 : door.answered(packetId, qos)
        if (refusal === 0) this.#host.acknowledge(packetId, qos)
        else this.#host.acknowledgeRefusal(packetId, qos, refusal)
        if (!this.#awaitsOwed || this.#receipts.owed * 2 > this.#around.maxOwed) return
        this.#awaitsOwed = false
        this.#host.goOn()
      }
    }
  }
}
