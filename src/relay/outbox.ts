/**
 * The way of messages out to one bridge's remote. QoS 0 is copied into a batch and forgotten; QoS 1 and 2 stand in a lane until
 * the remote has them. Bounded both ways; nothing is written but by the flush, once a turn of the event loop. HOT.
 */
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import { LatencyHistogram } from '../metrics/latency-histogram.ts'
import type { PublishView } from '../mqtt/publish-view.ts'
import { Holding } from './holding.ts'
import { Isolation } from './isolation.ts'
import type { JournaledLane } from './journaled-lane.ts'
import type { LinkWriter, SessionTerms } from './link.ts'
import { OutboxBatches } from './outbox-batches.ts'
import type { LaneStock, OutboxLane } from './outbox-lane.ts'
import { OutboxLanes } from './outbox-lanes.ts'
import type { OutboxOptions } from './outbox-options.ts'
import { OutboxRoom } from './outbox-room.ts'
import { OutboxWriter } from './outbox-writer.ts'
import { largestFrame } from './publish-splice.ts'
import type { Receipts } from './receipts.ts'
import { NOBODY, type Origin, type Publisher } from './origin.ts'
import { KEEP, type Rewrite } from './rewrite.ts'

export class Outbox {
  readonly name: string
  readonly required: boolean
  readonly forwardBridged: boolean
  readonly via: Buffer | null
  readonly maxHops: number
  readonly counters: BridgeCounters
  /** How long messages of QoS 1 and 2 take until the remote has them. */
  readonly latency: LatencyHistogram
  /** Holds back what came after a certain moment. */
  readonly holding: Holding
  readonly #options: OutboxOptions
  readonly #lanes: OutboxLanes
  readonly #batches: OutboxBatches
  readonly #room: OutboxRoom
  readonly #writer: OutboxWriter
  /** Called once when all that is under way is answered. */
  #onAnswered: (() => void) | null = null
  #closed = false
  #onIdle: (() => void) | null = null

  constructor (options: OutboxOptions) {
    this.name = options.name
    this.required = options.required
    this.forwardBridged = options.forwardBridged
    this.via = options.via ?? null
    this.maxHops = options.maxHops ?? Infinity
    this.counters = options.counters
    this.latency = options.latency ?? new LatencyHistogram()
    this.#options = options
    const { counters, schedule } = options
    const isolation = new Isolation()
    const lanes = this.#lanes = new OutboxLanes(options, isolation, this.latency, () => this.#writer.schedule())
    this.holding = new Holding(lanes.all, () => this.#writer.schedule())
    const batches = this.#batches = new OutboxBatches(options, lanes.all.length, batch => this.#writer.makeRoom(batch), frame => this.#writer.writeAlone(frame))
    this.#room = new OutboxRoom(lanes, batches, counters, batch => this.#writer.batchMayGo(batch), () => this.flush())
    this.#writer = new OutboxWriter({ lanes, batches, isolation, counters, schedule, flushed: () => this.#flushed() })
  }

  /** Where messages of a lane are kept on disk; null: nowhere. */
  journaled (lane: number): JournaledLane | null { return (this.#lanes.all[lane] as OutboxLane).journaled }

  /** Messages of QoS 1 and 2 that were sent on this connection and are not answered in full. */
  get underWay (): number { return this.#writer.link === null ? 0 : this.#lanes.underWay }
  /** Messages of QoS 1 and 2 that the remote does not have yet. */
  get queued (): number { return this.#lanes.queued }
  /** Some lane has a journal, and nothing of QoS 1 and 2 waits that is not in one. */
  get isOnDisk (): boolean { return this.#lanes.isJournaled && this.queuedInMemoryOnly === 0 }
  /** Of those that wait: in no journal, they go with this process. */
  get queuedInMemoryOnly (): number { return this.#lanes.inMemoryOnly }
  /** Each lane. */
  get lanes (): readonly LaneStock[] { return this.#lanes.all }
  /** Bytes of those in memory. */
  get queuedBytes (): number { return this.#lanes.bytes }
  /** Memory that QoS 1 and 2 take now: what waits, and chunks kept for more. */
  get heldBytes (): number { return this.#lanes.heldBytes }
  /** Age of the oldest message in memory, in milliseconds; 0 when there is none. */
  get oldestMs (): number { return this.#lanes.oldestMs }
  /** What the remote takes on this connection; null without one. */
  get terms (): SessionTerms | null { return this.#writer.link === null ? null : this.#batches.terms }
  /** Nothing waits, for the link or for the remote. */
  get idle (): boolean { return this.#lanes.idle && this.#batches.empty }

  /** One listener, called when an outbox that refused an offer has room again. */
  onRoom (call: () => void): void {
    this.#room.onRoom(call)
  }

  /** Calls once when nothing waits any more; at once if that is so. A second call replaces the first. */
  whenIdle (call: () => void): void {
    if (this.idle) call()
    else this.#onIdle = call
  }

  /** Is there room for the message on each of `rewrites[from, to)`, which are ours? Remembers a refusal. */
  hasRoom (rewrites: readonly Rewrite[], from: number, to: number, view: PublishView): boolean {
    return this.holding.isShut ? this.#room.refuse(rewrites[from] as Rewrite) : this.#room.has(rewrites, from, to, view)
  }

  /**
   * Takes the message; {@link hasRoom} has said yes.
   * @param receipts released at `slot` when the message is safe, where publishers wait for that
   */
  take (rewrite: Rewrite, view: PublishView, receipts: Receipts | null, slot: number, origin: Origin = NOBODY): void {
    if (this.#closed) return
    const lane = this.#lanes.all[rewrite.lane] as OutboxLane
    const qos = lane.qosOf(rewrite, view)
    const retain = rewrite.retain === KEEP ? view.retain : rewrite.retain === 1
    const header = 0x30 | (qos << 1) | (retain ? 1 : 0)
    if (qos !== 0) {
      if (!lane.take(rewrite, view, header, receipts, slot, origin)) return this.drop(view)
    } else {
      const batch = this.#batches.of(rewrite.lane)
      if (this.#writer.link === null && !this.#writer.gated && !(this.#options.keepQos0 === true && batch.hasRoom(largestFrame(view, rewrite)))) {
        this.counters.droppedLinkDown++
        return
      }
      batch.add(rewrite, view, header)
    }
    this.#writer.schedule()
  }

  /** A device has released its message of QoS 2: PUBCOMP waits until that is noted, where its handshake is kept. */
  complete (publisher: Publisher, packetId: number, receipts: Receipts, slot: number): void {
    this.#lanes.complete(publisher, packetId, receipts, slot)
  }

  /** A device begins with a new session. */
  forget (publisher: Publisher): void {
    this.#lanes.forget(publisher)
  }

  /** Counts a message that found no room here. */
  drop (view: PublishView): void {
    this.counters.droppedFull++
    if (view.qos !== 0) this.counters.acknowledgedDropped++
  }

  /** Writes what may go out; by itself that happens at the end of a turn in which something came in. */
  flush (): void {
    this.#writer.flush()
  }

  #flushed (): void {
    this.#lanes.tell()
    this.holding.tell()
    if (!this.holding.isShut) this.#room.tell(this.#writer.isFull)
    if (this.#onIdle !== null && this.idle) {
      const call = this.#onIdle
      this.#onIdle = null
      call()
    }
    this.#tellAnswered()
  }

  #tellAnswered (): void {
    if (this.#onAnswered === null || (this.#writer.link !== null && !this.#lanes.isAnswered)) return
    const call = this.#onAnswered
    this.#onAnswered = null
    call()
  }

  /** The link takes bytes again. */
  drained (): void {
    this.#writer.drained()
  }

  /**
   * Lets nothing new out, so that another connection can take the session over with nothing under way; what comes in waits.
   * @param answered called once when all that is under way is answered, or the link is gone
   */
  gate (answered: () => void): void {
    this.#writer.gated = true
    this.#onAnswered = answered
    this.flush()
  }

  /** Ends {@link gate}. The next {@link linkUp} does as well. */
  ungate (): void {
    this.#writer.gated = false
    this.#onAnswered = null
    if (this.#writer.link === null && this.#options.keepQos0 !== true) this.#batches.drop()
    this.flush()
  }

  /** A connection is up and the remote has accepted us. It takes the place of one that may still be there. */
  linkUp (link: LinkWriter, terms: SessionTerms): void {
    // what waited was measured against the limit of the connection before
    if (terms.maximumPacketSize < this.#batches.terms.maximumPacketSize) this.#batches.drop()
    this.#writer.gated = false
    this.#onAnswered = null
    this.#writer.link = link
    this.#batches.terms = terms
    this.#lanes.open(terms)
    this.flush()
  }

  /**
   * The connection is gone. QoS 0 that waited is lost with it, unless another is about to take over; QoS 1 and 2 stay.
   * @param blames the remote has ended it, and not said that the reason is another than what was sent
   */
  linkDown (blames = false): void {
    if (this.#writer.link !== null) this.#lanes.broken(blames)
    this.#writer.link = null
    if (!this.#writer.gated && this.#options.keepQos0 !== true) this.#batches.drop()
    this.flush()
  }

  /** All acknowledgements of a chunk have been given to it. */
  answersRead (): void {
    this.#lanes.answered()
  }

  /** PUBACK. False when it answers nothing. */
  puback (id: number, reason: number): boolean {
    return this.#answered(this.#lanes.ofId(id).sender.handshakes.puback(id, reason))
  }

  /** PUBREC. False when it answers nothing; it is answered all the same. */
  pubrec (id: number, reason: number): boolean {
    const { handshakes } = this.#lanes.ofId(id).sender
    const known = handshakes.pubrec(id, reason)
    if (!known) handshakes.endStray(id)
    return this.#answered(known)
  }

  /** PUBCOMP. False when it answers nothing. */
  pubcomp (id: number): boolean {
    return this.#answered(this.#lanes.ofId(id).sender.handshakes.pubcomp(id))
  }

  #answered (known: boolean): boolean {
    if (!known) this.counters.strayAcknowledgements++
    if (!this.#writer.isScheduled && (this.#room.isLacking || this.#onIdle !== null || this.holding.isAwaited || this.#writer.gated || !this.#batches.empty || this.#lanes.ready)) this.#writer.schedule()
    return known
  }

  /** The bridge is taken away: its messages are let go, and nobody waits for it any more. */
  close (): void {
    this.linkDown()
    this.#closed = true
    this.#lanes.close()
    this.#room.call()
  }
}
