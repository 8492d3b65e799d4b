/**
 * Messages to the broker beside us, from the bridges and by HTTP: into the outbox of its link, and, where a bridge takes what came by
 * another one, into the Relay; into both or neither. Safe is what the broker has acknowledged.
 */
import { encodePublish } from '../mqtt/publish-encoder.ts'
import { PublishView } from '../mqtt/publish-view.ts'
import { sentProperties } from '../mqtt/v5/sent-properties.ts'
import { bodyOf } from '../mqtt/frame-layout.ts'
import type { LocalDelivery, LocalMessage } from '../relay/local-delivery.ts'
import type { Outbox } from '../relay/outbox.ts'
import { Receipts } from '../relay/receipts.ts'
import { Admission, type Relay } from '../relay/relay.ts'
import { KEEP, Rewrite } from '../relay/rewrite.ts'
import { SidecarError, sidecarCodes } from './errors.ts'

/** A message and the bridge it came by; null: none. */
type Outgoing = Omit<LocalMessage, 'bridge'> & { readonly bridge: string | null }
type Done = (error: Error | null) => void

/** Messages that may wait for room. Bridges hold their remotes long before. */
const MAX_WAITING = 10_000
const PACKET_ID = 1
const UNCHANGED: readonly Rewrite[] = [new Rewrite('', '', KEEP, KEEP)]

export class LocalPublisher implements LocalDelivery {
  readonly #relay: Relay
  readonly #outbox: Outbox
  readonly #view = new PublishView()
  #waiting: { readonly message: Outgoing, readonly done: Done }[] = []
  #closed = false

  constructor (relay: Relay, outbox: Outbox) {
    this.#relay = relay
    this.#outbox = outbox
  }

  deliver (message: LocalMessage, done: Done): void {
    this.publish(message, done)
  }

  /** @param done called once, when the broker has acknowledged it, with QoS 0 when it is on its way; never after {@link close} */
  publish (message: Outgoing, done: Done): void {
    if (this.#closed || (this.#waiting.length === 0 && this.#admit(message, done))) return
    if (this.#waiting.length >= MAX_WAITING) {
      return done(new SidecarError(sidecarCodes.full, `no room for ${message.topic} on the way to the local broker`, { hint: 'The local broker is away or slower than what comes in: see causeway status.' }))
    }
    this.#waiting.push({ message, done })
    if (this.#waiting.length === 1) this.#relay.whenRoom(() => this.#again())
  }

  /** What waits is not acknowledged any more: its sender has it. */
  close (): void {
    this.#closed = true
    this.#waiting = []
  }

  #admit (message: Outgoing, done: Done): boolean {
    const { topic, payload, qos, retain, bridge } = message
    const view = this.#view
    const properties = sentProperties(message)
    const level = properties === null ? 4 : 5
    const frame = encodePublish({ level, topic, payload, qos, retain, packetId: PACKET_ID, ...(properties === null ? {} : { properties }) })
    view.read(frame, 0, bodyOf(frame), frame.length, level)
    if (!this.#outbox.hasRoom(UNCHANGED, 0, 1, view)) return false
    const receipts = qos === 0 ? null : new Receipts({ acknowledge: () => { if (!this.#closed) done(null) } })
    const slot = receipts?.open(PACKET_ID, qos) ?? 0
    const entry = this.#relay.lookup(frame, view.topicStart, view.topicEnd)
    if (entry.bridged && this.#relay.admit(entry, view, { bridge }, receipts, slot) === Admission.FULL) return false
    this.#outbox.take(UNCHANGED[0] as Rewrite, view, receipts, slot)
    if (receipts === null) done(null)
    else receipts.release(slot)
    return true
  }

  #again (): void {
    let taken = 0
    for (const { message, done } of this.#waiting) {
      if (!this.#admit(message, done)) break
      taken++
    }
    this.#waiting = this.#waiting.slice(taken)
    if (this.#waiting.length > 0) this.#relay.whenRoom(() => this.#again())
  }
}
