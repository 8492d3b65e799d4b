/**
 * Messages from the remote into the local broker: checked, mapped, delivered, and acknowledged when they are safe here, in the order
 * they came. What is held of QoS 2 handshakes outlives the connection, as the remote's session does. HOT.
 */
import type { BridgeCounters } from '../../metrics/bridge-counters.ts'
import { AcknowledgementHeader } from '../../mqtt/acknowledgement.ts'
import { PublishView } from '../../mqtt/publish-view.ts'
import type { Violation } from '../../mqtt/violation.ts'
import type { LocalDelivery, LocalMessage } from '../../relay/local-delivery.ts'
import type { Receipts } from '../../relay/receipts.ts'
import type { DownlinkRules, Landing } from './downlink-rules.ts'
import { EARLY_PUBREL, type Incoming, type IncomingPort } from './incoming.ts'
import { IncomingProperties } from './incoming-properties.ts'
import { type Handshake, IncomingSession } from './incoming-session.ts'
import { RetainedNews } from './retained-news.ts'

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

/** A message as it is delivered here. */
interface Landed {
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
}

export class Downlink implements Incoming {
  readonly #options: DownlinkOptions
  #rules: DownlinkRules
  readonly #properties = new IncomingProperties()
  readonly #news = new RetainedNews()
  readonly #keptView = new PublishView()
  /** Of the last connection that was accepted; it outlives that. */
  #session: IncomingSession | null = null
  /** Those of connections whose place was taken, while these last. */
  readonly #late = new Map<IncomingPort, IncomingSession>()
  /** Handshakes of the session outlast this process. */
  #isKept = false
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

  /**
   * A connection is up. Where it resumes the session of the one before, that has nothing to acknowledge any more; else both have a session of
   * their own, with packet ids of its own, and the one before is served as long as it lasts.
   */
  open (port: IncomingPort, resumed: boolean, session: string | null): void {
    const before = this.#session
    this.#enter(session, resumed, before === null)
    if (!resumed) this.#news.anew()
    this.#session = resumed && before !== null ? before.resume(port) : new IncomingSession(port)
    if (before?.isOpen === true) this.#late.set(before.port, before)
    if (this.#held) port.hold(true)
    // of a session that is no more, nothing comes again
    if (!resumed && before?.isOpen === true) this.proceed(before.port)
  }

  #enter (session: string | null, resumed: boolean, isFirst: boolean): void {
    const { bridge, delivery: { handshakes = null } } = this.#options
    this.#isKept = session !== null && handshakes !== null
    // what another connection of this process has begun is known here
    if (!resumed || isFirst) handshakes?.enter(bridge, session, resumed)
  }

  handOver (port: IncomingPort, settled: () => void): void {
    const session = this.#of(port)
    if (session?.isOpen === true && !session.isResumed) session.handOver(settled)
    else settled()
  }

  proceed (port: IncomingPort): Violation | null {
    for (const { frame, body } of this.#of(port)?.proceed() ?? []) {
      const fault = this.#keptView.read(frame, 0, body, frame.length, this.#options.level) ?? this.publish(this.#keptView, port)
      if (fault !== null) return fault
    }
    return null
  }

  /** The connection is gone: what is under way is delivered, and not acknowledged. */
  close (port: IncomingPort): void {
    this.#of(port)?.close()
    this.#late.delete(port)
  }

  #of (port: IncomingPort): IncomingSession | undefined {
    return port === this.#session?.port ? this.#session : this.#late.get(port)
  }

  /** Takes a PUBLISH of the remote; what is wrong with it otherwise. */
  publish (view: PublishView, port: IncomingPort): Violation | null {
    const session = this.#of(port)
    // another connection has resumed the session: there it comes again
    if (session?.isOpen !== true || (session.isResumed && view.qos !== 0)) return null
    if (session.kept === null || view.qos !== 1) return this.#take(view, session)
    return session.kept.add(view) ? null : this.proceed(port) ?? this.#take(view, session)
  }

  #take (view: PublishView, session: IncomingSession): Violation | null {
    const landing = this.#rules.landingOf(view.bytes, view.topicStart, view.topicEnd)
    const fault = landing.fault ?? this.#properties.read(view)
    if (fault !== null) return fault
    this.#count(view)
    const slot = view.qos === 0 ? -1 : session.receipts.open(view.packetId, view.qos)
    const handshake = view.qos === 2 ? session.handshakes.get(view.packetId) : undefined
    if (handshake !== undefined) this.#again(handshake, session.receipts, slot) // [MQTT-4.3.3-2]: not a new message
    else if (this.#isUnwanted(landing, view, session)) this.#passOver(view, session, slot)
    else this.#deliver(view, landing, session, slot)
    return null
  }

  /** No rule is for it, it left here before and has come round, or it is retained and nothing new. */
  #isUnwanted (landing: Landing, view: PublishView, session: IncomingSession): boolean {
    const { counters, isOwn } = this.#options
    if (landing.topic === null) counters.receivedUnmapped++
    else if (isOwn?.(view) === true) counters.receivedOwn++
    else if (this.#news.isOld(view, landing, session === this.#session)) counters.receivedUnchanged++
    else return false
    return true
  }

  #count (view: PublishView): void {
    this.#options.counters.countReceived(view.qos, view.end - view.start)
  }

  /** It is not taken: acknowledged, and that is all. */
  #passOver (view: PublishView, { handshakes, receipts }: IncomingSession, slot: number): void {
    if (slot < 0) return
    if (view.qos === 2) handshakes.set(view.packetId, { delivered: true, receipts: null, slot: -1 })
    receipts.release(slot)
  }

  #again (handshake: Handshake, receipts: Receipts, slot: number): void {
    if (handshake.delivered) receipts.release(slot)
    else {
      handshake.receipts = receipts
      handshake.slot = slot
    }
  }

  #deliver (view: PublishView, landing: Landing, session: IncomingSession, slot: number): void {
    const { bridge, delivery } = this.#options
    const as = asLanded(landing, view)
    const delivered = this.#news.notes(landing)
    const { handshakes, receipts } = session
    // of its own: a stored message must not keep the whole chunk it came in
    const payload = Buffer.from(view.bytes.subarray(view.payloadStart, view.end))
    const handshake: Handshake | null = view.qos === 2 ? { delivered: false, receipts, slot } : null
    if (handshake !== null) handshakes.set(view.packetId, handshake)
    this.#pending++
    this.#pendingBytes += payload.length
    const id = view.packetId
    const message: LocalMessage = { ...this.#properties.carried(view), topic: as.topic, payload, qos: as.qos, retain: as.retain, bridge }
    const isKept = this.#isKept && handshake !== null && session === this.#session
    delivery.deliver(isKept ? { ...message, handshake: { packetId: id, isRepeated: view.dup } } : message, error => {
      this.#pending--
      this.#pendingBytes -= payload.length
      if (error === null) delivered?.()
      if (error !== null) this.#failed(error, id, handshake, session)
      else if (handshake !== null) {
        handshake.delivered = true
        handshake.receipts?.release(handshake.slot)
      } else if (slot >= 0) receipts.release(slot)
      session.tellSettled()
      this.#balance()
    })
    this.#balance()
  }

  #failed (error: Error, id: number, handshake: Handshake | null, session: IncomingSession): void {
    if (handshake !== null && session.handshakes.get(id) === handshake) session.handshakes.delete(id)
    if (session.isOpen && !session.isResumed) session.port.failed(error)
    else if (this.#session?.isOpen === true) this.#session.port.failed(error)
  }

  #balance (): void {
    const most = this.#held ? 0.5 : 1
    const held = this.#pending > MAX_PENDING * most || this.#pendingBytes > MAX_PENDING_BYTES * most
    if (held === this.#held) return
    this.#held = held
    if (this.#session?.isOpen === true) this.#session.port.hold(held)
    for (const port of this.#late.keys()) port.hold(held)
  }

  /** PUBREL: the remote gives the id up [MQTT-4.3.3-2]. One for a session that another connection has resumed comes again there. */
  pubrel (id: number, port: IncomingPort): Violation | null {
    const session = this.#of(port)
    if (session?.isOpen !== true || session.isResumed) return null
    if (session.handshakes.get(id)?.delivered === false) return EARLY_PUBREL
    const isOpen = session.handshakes.delete(id)
    if (!this.#isKept || session !== this.#session) this.#complete(id, isOpen, session)
    // it must be gone from the disk first: the remote may use the id for another message from then on
    else this.#options.delivery.handshakes?.complete(this.#options.bridge, id, wasKept => this.#complete(id, isOpen || wasKept, session))
    return null
  }

  #complete (id: number, isKnown: boolean, session: IncomingSession): void {
    if (!session.isOpen || session.isResumed) return
    session.port.acknowledge(AcknowledgementHeader.PUBCOMP, id, isKnown || this.#options.level === 4 ? 0 : ID_NOT_FOUND)
  }
}

function asLanded ({ topic, qos, retain }: Landing, view: PublishView): Landed {
  return { topic: topic ?? '', qos: qos ?? view.qos, retain: retain ?? view.retain }
}
