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
import type { DownlinkRules } from './downlink-rules.ts'

/** What the downlink needs of the connection it is on. */
export interface DownlinkPort {
  /** @param header of AcknowledgementHeader */
  acknowledge (header: number, packetId: number, reason: number): void
  /** Too much waits for the local broker, or not any more. */
  hold (held: boolean): void
  /** The local broker could not take a message: the remote must send it again. */
  failed (error: Error): void
}

export interface DownlinkOptions {
  readonly bridge: string
  readonly level: 4 | 5
  readonly rules: DownlinkRules
  readonly delivery: LocalDelivery
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

export class Downlink {
  readonly #options: DownlinkOptions
  readonly #handshakes = new Map<number, Handshake>()
  #port: DownlinkPort | null = null
  #receipts: Receipts | null = null
  #pending = 0
  #pendingBytes = 0
  #held = false

  constructor (options: DownlinkOptions) {
    this.#options = options
  }

  /** A connection is up. Without a session at the remote its packet ids mean nothing any more. */
  open (port: DownlinkPort, sessionPresent: boolean): void {
    if (!sessionPresent) this.#handshakes.clear()
    this.#port = port
    this.#receipts = new Receipts({
      acknowledge: (id, qos) => port.acknowledge(qos === 1 ? AcknowledgementHeader.PUBACK : AcknowledgementHeader.PUBREC, id, 0)
    })
    if (this.#held) port.hold(true)
  }

  /** The connection is gone: what is under way is delivered, and not acknowledged. */
  close (): void {
    this.#receipts?.close()
    this.#receipts = null
    this.#port = null
  }

  /** Takes a PUBLISH of the remote; what is wrong with it otherwise. */
  publish (view: PublishView): Violation | null {
    const { counters, rules } = this.#options
    const receipts = this.#receipts
    if (receipts === null) return null
    const landing = rules.landingOf(view.bytes, view.topicStart, view.topicEnd)
    if (landing.fault !== null) return landing.fault
    counters.received++
    counters.receivedBytes += view.end - view.start
    const handshake = view.qos === 2 ? this.#handshakes.get(view.packetId) : undefined
    const slot = view.qos === 0 ? -1 : receipts.open(view.packetId, view.qos)
    if (handshake !== undefined) this.#again(handshake, receipts, slot) // [MQTT-4.3.3-2]: not a new message
    else if (landing.topic === null) {
      counters.receivedUnmapped++
      if (view.qos === 2) this.#handshakes.set(view.packetId, { delivered: true, receipts: null, slot: -1 })
      if (slot >= 0) receipts.release(slot)
    } else {
      this.#deliver(view, { topic: landing.topic, qos: landing.qos ?? view.qos, retain: landing.retain ?? view.retain }, receipts, slot)
    }
    return null
  }

  #again (handshake: Handshake, receipts: Receipts, slot: number): void {
    if (handshake.delivered) receipts.release(slot)
    else {
      handshake.receipts = receipts
      handshake.slot = slot
    }
  }

  #deliver (view: PublishView, as: { topic: string, qos: 0 | 1 | 2, retain: boolean }, receipts: Receipts, slot: number): void {
    const { bridge, delivery } = this.#options
    // of its own: a stored message must not keep the whole chunk it came in
    const payload = Buffer.from(view.bytes.subarray(view.payloadStart, view.end))
    const handshake: Handshake | null = view.qos === 2 ? { delivered: false, receipts, slot } : null
    if (handshake !== null) this.#handshakes.set(view.packetId, handshake)
    this.#pending++
    this.#pendingBytes += payload.length
    const id = view.packetId
    delivery.deliver({ topic: as.topic, payload, qos: as.qos, retain: as.retain, bridge }, error => {
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

  /** PUBREL: the remote gives the id up [MQTT-4.3.3-2]. */
  pubrel (id: number): void {
    const known = this.#handshakes.delete(id)
    this.#port?.acknowledge(AcknowledgementHeader.PUBCOMP, id, known || this.#options.level === 4 ? 0 : ID_NOT_FOUND)
  }
}
