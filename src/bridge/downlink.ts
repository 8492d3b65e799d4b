/**
 * Messages from the remote into the local broker: checked, mapped, delivered, and acknowledged when they are safe here, in the order
 * they came. What is held of QoS 2 handshakes outlives the connection, as the remote's session does. HOT.
 */
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import { AcknowledgementHeader } from '../mqtt/acknowledgement.ts'
import type { PublishView } from '../mqtt/publish-view.ts'
import type { Violation } from '../mqtt/violation.ts'
import type { LocalDelivery } from '../relay/local-delivery.ts'
import { Receipts } from '../relay/receipts.ts'
import type { DownlinkRules, Landing } from './downlink-rules.ts'
import type { Incoming, IncomingPort } from './incoming.ts'
import { IncomingProperties } from './incoming-properties.ts'

export interface DownlinkOptions {
  readonly bridge: string
  readonly level: 4 | 5
  readonly rules: DownlinkRules
  readonly delivery: LocalDelivery
  /** Did it leave here before, over any bridge? @default none did */
  readonly isOwn?: (view: PublishView) => boolean
  readonly counters: BridgeCounters
}

/** Deliveries under way before the remote is not read any more; it goes on at half of it. */
const MAX_PENDING = 2000
const MAX_PENDING_BYTES = 8 * 1024 * 1024
const ID_NOT_FOUND = 0x92

/** A QoS 2 message between its PUBLISH and its PUBREL. */
interface Handshake {
  delivered: boolean
  /** Where its PUBREC waits, on the present connection. */
  receipts: Receipts | null
  slot: number
}

/** A message as it is delivered here. */
interface Landed {
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
}

export class Downlink implements Incoming {
  readonly #options: DownlinkOptions
  #rules: DownlinkRules
  readonly #handshakes = new Map<number, Handshake>()
  readonly #properties = new IncomingProperties()
  #port: IncomingPort | null = null
  #receipts: Receipts | null = null
  /** The remote sends again, on the connection of now, what was not acknowledged on the one before. */
  #sessionKept = false
  #pending = 0
  #pendingBytes = 0
  #held = false

  constructor (options: DownlinkOptions) {
    this.#options = options
    this.#rules = options.rules
  }

  /** Other rules hold from the next message on. */
  replaceRules (rules: DownlinkRules): void {
    this.#rules = rules
  }

  /** A connection is up. Unless it resumes the session of the one before, the packet ids of that mean nothing any more. */
  open (port: IncomingPort, resumed: boolean): void {
    if (!resumed) this.#handshakes.clear()
    this.#receipts?.close()
    this.#sessionKept = resumed
    this.#port = port
    this.#receipts = new Receipts({
      acknowledge: (id, qos) => port.acknowledge(qos === 1 ? AcknowledgementHeader.PUBACK : AcknowledgementHeader.PUBREC, id, 0)
    })
    if (this.#held) port.hold(true)
  }

  /** The connection is gone: what is under way is delivered, and not acknowledged. One whose place was taken changes nothing. */
  close (port: IncomingPort): void {
    if (port !== this.#port) return
    this.#receipts?.close()
    this.#receipts = null
    this.#port = null
  }

  /** Takes a PUBLISH of the remote; what is wrong with it otherwise. */
  publish (view: PublishView, port: IncomingPort): Violation | null {
    const receipts = this.#receipts
    const isLate = port !== this.#port
    if (receipts === null || (isLate && view.qos !== 0 && this.#sessionKept)) return null
    const landing = this.#rules.landingOf(view.bytes, view.topicStart, view.topicEnd)
    const fault = landing.fault ?? this.#properties.read(view)
    if (fault !== null) return fault
    this.#count(view)
    // an acknowledgement of what came before a take-over would be taken for one of after it
    const slot = view.qos === 0 || isLate ? -1 : receipts.open(view.packetId, view.qos)
    const handshake = this.#handshakeOf(view, slot)
    if (handshake !== undefined) this.#again(handshake, receipts, slot) // [MQTT-4.3.3-2]: not a new message
    else if (this.#isUnwanted(landing, view)) this.#passOver(view, receipts, slot)
    else this.#deliver(view, asLanded(landing, view), receipts, slot)
    return null
  }

  /** No rule is for it, or it left here before and has come round. */
  #isUnwanted ({ topic }: Landing, view: PublishView): boolean {
    const { counters, isOwn } = this.#options
    const own = topic !== null && isOwn?.(view) === true
    if (topic === null) counters.receivedUnmapped++
    else if (own) counters.receivedOwn++
    return own || topic === null
  }

  #handshakeOf (view: PublishView, slot: number): Handshake | undefined {
    return view.qos === 2 && slot >= 0 ? this.#handshakes.get(view.packetId) : undefined
  }

  #count (view: PublishView): void {
    const { counters } = this.#options
    counters.received++
    counters.receivedBytes += view.end - view.start
  }

  /** It is not taken: acknowledged, and that is all. */
  #passOver (view: PublishView, receipts: Receipts, slot: number): void {
    if (slot < 0) return
    if (view.qos === 2) this.#handshakes.set(view.packetId, { delivered: true, receipts: null, slot: -1 })
    receipts.release(slot)
  }

  #again (handshake: Handshake, receipts: Receipts, slot: number): void {
    if (handshake.delivered) receipts.release(slot)
    else {
      handshake.receipts = receipts
      handshake.slot = slot
    }
  }

  #deliver (view: PublishView, as: Landed, receipts: Receipts, slot: number): void {
    const { bridge, delivery } = this.#options
    // of its own: a stored message must not keep the whole chunk it came in
    const payload = Buffer.from(view.bytes.subarray(view.payloadStart, view.end))
    const handshake: Handshake | null = view.qos === 2 && slot >= 0 ? { delivered: false, receipts, slot } : null
    if (handshake !== null) this.#handshakes.set(view.packetId, handshake)
    this.#pending++
    this.#pendingBytes += payload.length
    const id = view.packetId
    delivery.deliver({ ...this.#properties.carried(view), topic: as.topic, payload, qos: as.qos, retain: as.retain, bridge }, error => {
      this.#pending--
      this.#pendingBytes -= payload.length
      if (error !== null) this.#failed(error, id, handshake)
      else if (handshake !== null) {
        handshake.delivered = true
        handshake.receipts?.release(handshake.slot)
      } else if (slot >= 0) receipts.release(slot)
      this.#balance()
    })
    this.#balance()
  }

  #failed (error: Error, id: number, handshake: Handshake | null): void {
    if (handshake !== null && this.#handshakes.get(id) === handshake) this.#handshakes.delete(id)
    this.#port?.failed(error)
  }

  #balance (): void {
    const most = this.#held ? 0.5 : 1
    const held = this.#pending > MAX_PENDING * most || this.#pendingBytes > MAX_PENDING_BYTES * most
    if (held === this.#held) return
    this.#held = held
    this.#port?.hold(held)
  }

  /** PUBREL: the remote gives the id up [MQTT-4.3.3-2]. One that is late comes again. */
  pubrel (id: number, port: IncomingPort): void {
    if (port !== this.#port) return
    const known = this.#handshakes.delete(id)
    port.acknowledge(AcknowledgementHeader.PUBCOMP, id, known || this.#options.level === 4 ? 0 : ID_NOT_FOUND)
  }
}

function asLanded ({ topic, qos, retain }: Landing, view: PublishView): Landed {
  return { topic: topic ?? '', qos: qos ?? view.qos, retain: retain ?? view.retain }
}
