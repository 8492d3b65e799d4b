/**
 * Messages of the broker beside us into the Relay, acknowledged there when the bridges have them safe, in the order they came. What finds
 * no room is parked, in order, and beyond a bound the link is not read. HOT.
 */
import { AcknowledgementHeader } from '../mqtt/acknowledgement.ts'
import { PublishView } from '../mqtt/publish-view.ts'
import { isServerTopic } from '../mqtt/topic-name.ts'
import { PropertyBlock } from '../mqtt/v5/property-block.ts'
import { PropertyHolder } from '../mqtt/v5/property-id.ts'
import type { Violation } from '../mqtt/violation.ts'
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { SessionTerms } from '../relay/link.ts'
import { NOBODY, type Origin, type Publisher } from '../relay/origin.ts'
import { Receipts } from '../relay/receipts.ts'
import { Admission, type Relay, type TopicEntry } from '../relay/relay.ts'
import { EARLY_PUBREL, type Incoming, type IncomingPort } from '../bridge/down/incoming.ts'
import { OpenMessages } from './open-messages.ts'

/** What else is learned from the broker. */
export interface BrokerNews {
  agreed (terms: SessionTerms): void
  /** A message on one of its `$SYS` topics. */
  said (topic: string, payload: Buffer): void
  /** Messages wait for room in a bridge, or not any more. */
  waits (waiting: boolean): void
}

export interface UplinkOptions {
  readonly level: 4 | 5
  /** The name its handshakes are kept under in the journals of the bridges. */
  readonly clientId: string
  readonly relay: Relay
  readonly news: BrokerNews
  readonly counters: BridgeCounters
}

/** A message that waits for room in a bridge, in memory of its own. */
interface Parked {
  readonly frame: Buffer
  readonly body: number
  readonly qos: 0 | 1 | 2
  readonly packetId: number
  readonly receipts: Receipts
  readonly slot: number
}

const NO_SLOT = -1
/** What may be parked before the link is not read any more; it goes on at half of it. */
const MAX_PARKED = 2000
const MAX_PARKED_BYTES = 8 * 1024 * 1024

export class Uplink implements Incoming {
  readonly #options: UplinkOptions
  readonly #relay: Relay
  readonly #publisher: Publisher
  readonly #origin: Origin
  readonly #block = new PropertyBlock()
  readonly #parkedView = new PublishView()
  readonly #open = new OpenMessages()
  #port: IncomingPort | null = null
  #receipts: Receipts | null = null
  /** Of PUBCOMP: waits until bridges have noted that the handshake is over. */
  #completions: Receipts | null = null
  /** Packet ids that are owed an acknowledgement on the connection of now: 1. Some brokers repeat what is not acknowledged soon. */
  readonly #owed = new Uint8Array(65_536)
  /** The broker sends again, on the connection of now, what was not acknowledged on the one before. */
  #sessionKept = false
  #parked: Parked[] = []
  #parkedBytes = 0
  #held = false
  #isAsking = false
  #quiet = false

  constructor (options: UplinkOptions) {
    const { clientId, relay } = options
    this.#options = options
    this.#relay = relay
    this.#publisher = { clientId, bytes: Buffer.from(clientId) }
    this.#origin = { bridge: null, publisher: this.#publisher }
  }

  /** Takes nothing in any more: what comes stays with the broker, which sends it again. */
  quiesce (): void {
    this.#quiet = true
  }

  open (port: IncomingPort, sessionPresent: boolean): void {
    if (!sessionPresent) {
      this.#open.clear()
      this.#relay.forget(this.#publisher)
    }
    this.#sessionKept = sessionPresent
    this.#port = port
    this.#owed.fill(0)
    this.#receipts = new Receipts({
      acknowledge: (id, qos) => {
        if (qos === 2) this.#open.settle(id)
        // what becomes safe after its connection is answered on the next, when it is sent again
        if (port !== this.#port) return
        this.#owed[id] = 0
        port.acknowledge(qos === 1 ? AcknowledgementHeader.PUBACK : AcknowledgementHeader.PUBREC, id, 0)
      }
    })
    this.#completions = new Receipts({
      acknowledge: id => { if (port === this.#port) port.acknowledge(AcknowledgementHeader.PUBCOMP, id, 0) }
    })
    this.#unpark(sessionPresent)
    if (this.#held) port.hold(true)
    this.#goOn()
  }

  agreed (terms: SessionTerms): void {
    this.#options.news.agreed(terms)
  }

  close (port: IncomingPort): void {
    if (port === this.#port) this.#port = null
  }

  publish (view: PublishView, port: IncomingPort): Violation | null {
    const receipts = this.#receipts
    const isLate = port !== this.#port
    if (receipts === null || (isLate && view.qos !== 0 && this.#sessionKept)) return null
    const entry = this.#relay.lookup(view.bytes, view.topicStart, view.topicEnd)
    const fault = this.#faultOfProperties(view) ?? entry.fault
    if (fault !== null) return fault
    if (!isLate && this.#isOwed(view)) return null
    const slot = isLate ? NO_SLOT : this.#owe(view, receipts)
    if (entry.system && isServerTopic(entry.name)) this.#hear(entry, view, receipts, slot)
    else this.#take(entry, view, receipts, slot)
    return null
  }

  /** They go on to bridges of MQTT 5 as they are. */
  #faultOfProperties (view: PublishView): Violation | null {
    return this.#options.level === 5 ? this.#block.read(view.bytes, view.propertiesStart, view.propertiesEnd, PropertyHolder.PUBLISH) : null
  }

  /** Sent again while its first copy waits for its acknowledgement. */
  #isOwed (view: PublishView): boolean {
    return (view.dup || view.qos === 2) && this.#owed[view.packetId] === 1
  }

  #owe (view: PublishView, receipts: Receipts): number {
    if (view.qos === 0) return NO_SLOT
    this.#owed[view.packetId] = 1
    return receipts.open(view.packetId, view.qos)
  }

  #hear (entry: TopicEntry, view: PublishView, receipts: Receipts, slot: number): void {
    this.#options.news.said(entry.name, Buffer.from(view.bytes.subarray(view.payloadStart, view.end)))
    if (slot !== NO_SLOT) receipts.release(slot)
  }

  #take (entry: TopicEntry, view: PublishView, receipts: Receipts, slot: number): void {
    const { counters } = this.#options
    if (view.qos === 2 && slot !== NO_SLOT) {
      if (this.#open.has(view.packetId)) return this.#open.whenSafe(view.packetId, () => receipts.release(slot))
      this.#open.add(view.packetId)
    }
    if (this.#relay.isOwn(view)) {
      counters.receivedOwn++
      if (slot !== NO_SLOT) receipts.release(slot)
      return
    }
    counters.countReceived(view.qos, view.end - view.start)
    if (!entry.bridged) counters.receivedUnmapped++
    if (this.#parked.length > 0 || this.#quiet || !this.#admit(entry, view, receipts, slot)) this.#park(view, receipts, slot)
  }

  /** What nobody is owed for has no handshake to be kept. @returns false when a bridge that must have it has no room */
  #admit (entry: TopicEntry, view: PublishView, receipts: Receipts, slot: number): boolean {
    if (slot === NO_SLOT) return this.#relay.admit(entry, view, NOBODY, null, 0) === Admission.TAKEN
    if (this.#relay.admit(entry, view, this.#origin, receipts, slot) === Admission.FULL) return false
    receipts.release(slot)
    return true
  }

  #park (view: PublishView, receipts: Receipts, slot: number): void {
    const frame = Buffer.from(view.bytes.subarray(view.start, view.end))
    if (this.#parked.length === 0 && !this.#quiet) this.#options.news.waits(true)
    this.#parked.push({ frame, body: view.body - view.start, qos: view.qos, packetId: view.packetId, receipts, slot })
    this.#parkedBytes += frame.length
    this.#balance()
    this.#ask()
  }

  #ask (): void {
    if (this.#isAsking || this.#quiet) return
    this.#isAsking = true
    this.#relay.whenRoom(() => {
      this.#isAsking = false
      this.#goOn()
    })
  }

  /** What was parked goes in, in its order, as far as there is room. Between connections it is not known what comes again. */
  #goOn (): void {
    if (this.#port === null || this.#quiet || this.#parked.length === 0) return
    const view = this.#parkedView
    let taken = 0
    for (const { frame, body, receipts, slot } of this.#parked) {
      view.read(frame, 0, body, frame.length, this.#options.level)
      if (!this.#admit(this.#relay.lookup(frame, view.topicStart, view.topicEnd), view, receipts, slot)) break
      this.#parkedBytes -= frame.length
      taken++
    }
    this.#parked = this.#parked.slice(taken)
    if (this.#parked.length === 0) this.#options.news.waits(false)
    else this.#ask()
    this.#balance()
  }

  /** A new connection: what the broker sends again is not parked any more; what it does not know any more waits on, owed to nobody. */
  #unpark (sessionPresent: boolean): void {
    const before = this.#parked
    this.#parked = []
    this.#parkedBytes = 0
    for (const parked of before) {
      if (sessionPresent && parked.qos !== 0) {
        if (parked.qos === 2) this.#open.delete(parked.packetId)
        continue
      }
      this.#parked.push({ ...parked, slot: NO_SLOT })
      this.#parkedBytes += parked.frame.length
    }
    if (before.length > 0 && this.#parked.length === 0) this.#options.news.waits(false)
    this.#balance()
  }

  #balance (): void {
    const most = this.#held ? 0.5 : 1
    const held = this.#parked.length > MAX_PARKED * most || this.#parkedBytes > MAX_PARKED_BYTES * most
    if (held === this.#held) return
    this.#held = held
    this.#port?.hold(held)
  }

  pubrel (id: number, port: IncomingPort): Violation | null {
    const completions = this.#completions
    if (port !== this.#port || completions === null) return null
    if (!this.#open.mayEnd(id)) return EARLY_PUBREL
    this.#open.delete(id)
    const slot = completions.open(id, 2)
    this.#relay.complete(this.#publisher, id, completions, slot)
    completions.release(slot)
    return null
  }
}
