/**
 * The way of messages out to one bridge's remote. QoS 0 is copied into a batch and forgotten; QoS 1 and 2 stand in a lane until
 * the remote has them. Bounded both ways; nothing is written but by the flush, once a turn of the event loop. HOT.
 */
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import { LatencyHistogram } from '../metrics/latency-histogram.ts'
import type { PublishView } from '../mqtt/publish-view.ts'
import { BatchLane } from './batch-lane.ts'
import { Holding } from './holding.ts'
import { Isolation } from './isolation.ts'
import { KnownSession } from './known-session.ts'
import type { JournaledLane } from './journaled-lane.ts'
import type { LinkWriter, SessionTerms } from './link.ts'
import type { OutboxOptions } from './outbox-options.ts'
import { OutboxLane } from './outbox-lane.ts'
import { largestFrame } from './publish-splice.ts'
import type { Receipts } from './receipts.ts'
import { NOBODY, type Origin, type Publisher } from './origin.ts'
import { KEEP, type Rewrite } from './rewrite.ts'

/** What lanes write in one flush: enough for a TLS write at full speed, little enough that QoS 0 and PINGREQ need not wait long. */
const LANE_BUDGET = 256 * 1024

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
  readonly #batch: BatchLane
  readonly #isolation = new Isolation()
  readonly #lane: OutboxLane
  /** Of messages that no rule gives another. */
  readonly #leastQos: 0 | 1
  readonly #session: KnownSession
  #link: LinkWriter | null = null
  /** The link has said that it has enough. */
  #full = false
  /** Nothing new goes out: what is under way is to be answered first. Called once when it is. */
  #onAnswered: (() => void) | null = null
  #gated = false
  #scheduled = false
  #closed = false
  /** An offer was refused and nobody has been told of room since. */
  #refused = false
  #onRoom: () => void = () => {}
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
    this.#leastQos = options.spoolQos0 === true && options.journal != null ? 1 : 0
    this.#session = new KnownSession(options.severalServers !== true, name => options.journal?.wasSentIn(name) ?? null)
    this.#batch = new BatchLane(options, () => this.flush(), frame => this.#writeAlone(frame))
    this.#lane = new OutboxLane(options, options, 0, this.#isolation, this.latency, () => this.#scheduleFlush())
    this.holding = new Holding([this.#lane], () => this.#scheduleFlush())
  }

  /** Where messages are kept on disk; null: nowhere. */
  get journaled (): JournaledLane | null { return this.#lane.journaled }
  /** Messages of QoS 1 and 2 that were sent on this connection and are not answered in full. */
  get underWay (): number { return this.#link === null ? 0 : this.#lane.sender.underWay }
  /** Messages of QoS 1 and 2 that the remote does not have yet. */
  get queued (): number { return this.#lane.queued }
  /** Of those in memory. */
  get queuedBytes (): number { return this.#lane.bytes }
  /** Memory that QoS 1 and 2 take now: what waits, and chunks kept for more. */
  get heldBytes (): number { return this.#lane.heldBytes }
  /** Age of the oldest message in memory, in milliseconds; 0 when there is none. */
  get oldestMs (): number { return this.#lane.oldestMs }
  /** What the remote takes on this connection; null without one. */
  get terms (): SessionTerms | null { return this.#link === null ? null : this.#batch.terms }
  /** Nothing waits, for the link or for the remote. */
  get idle (): boolean { return this.#lane.idle && this.#batch.empty }

  /** One listener, called when an outbox that refused an offer has room again. */
  onRoom (call: () => void): void {
    this.#onRoom = call
  }

  /** Calls once when nothing waits any more; at once if that is so. A second call replaces the first. */
  whenIdle (call: () => void): void {
    if (this.idle) call()
    else this.#onIdle = call
  }

  /** Is there room for the message on each of `rewrites[from, to)`, which are ours? Remembers a refusal. */
  hasRoom (rewrites: readonly Rewrite[], from: number, to: number, view: PublishView): boolean {
    if (this.holding.isShut) return this.#refuse()
    let kept = 0
    let keptBytes = 0
    let batchBytes = 0
    for (let i = from; i < to; i++) {
      const rewrite = rewrites[i] as Rewrite
      const bytes = largestFrame(view, rewrite)
      if (this.#qosOf(rewrite, view) === 0) batchBytes += bytes
      else {
        kept++
        keptBytes += bytes
      }
    }
    if ((kept === 0 || this.#lane.hasRoom(kept, keptBytes)) && (batchBytes === 0 || this.#batchHasRoom(batchBytes))) return true
    return this.#refuse()
  }

  #refuse (): false {
    if (!this.#refused) this.counters.queueFull++
    this.#refused = true
    return false
  }

  /** What the remote is sent it with. */
  #qosOf (rewrite: Rewrite, view: PublishView): number {
    if (rewrite.qos !== KEEP) return rewrite.qos
    return view.qos === 0 ? this.#leastQos : view.qos
  }

  #batchHasRoom (bytes: number): boolean {
    return this.#batch.hasRoom(bytes) || (!this.#gated && !this.#isolation.on && (this.#link === null || !this.#full))
  }

  /**
   * Takes the message; {@link hasRoom} has said yes.
   * @param receipts released at `slot` when the message is safe, where publishers wait for that
   */
  take (rewrite: Rewrite, view: PublishView, receipts: Receipts | null, slot: number, origin: Origin = NOBODY): void {
    if (this.#closed) return
    const qos = this.#qosOf(rewrite, view)
    const retain = rewrite.retain === KEEP ? view.retain : rewrite.retain === 1
    const header = 0x30 | (qos << 1) | (retain ? 1 : 0)
    if (qos !== 0) {
      if (!this.#lane.take(rewrite, view, header, receipts, slot, origin)) return this.drop(view)
    } else if (this.#link === null && !this.#gated && !(this.#options.keepQos0 === true && this.#batch.hasRoom(largestFrame(view, rewrite)))) {
      this.counters.droppedLinkDown++
      return
    } else this.#batch.add(rewrite, view, header)
    this.#scheduleFlush()
  }

  /** A device has released its message of QoS 2: PUBCOMP waits until that is noted, where its handshake is kept. */
  complete (publisher: Publisher, packetId: number, receipts: Receipts, slot: number): void {
    this.#lane.journaled?.complete(publisher, packetId, receipts, slot)
  }

  /** A device begins with a new session. */
  forget (publisher: Publisher): void {
    this.#lane.journaled?.forget(publisher)
  }

  /** Counts a message that found no room here. */
  drop (view: PublishView): void {
    this.counters.droppedFull++
    if (view.qos !== 0) this.counters.acknowledgedDropped++
  }

  #writeAlone (frame: Buffer): void {
    if (this.#link !== null && !this.#link.write(frame, null)) this.#fill()
  }

  #scheduleFlush (): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#options.schedule(this.#flushLater)
  }

  readonly #flushLater = (): void => {
    this.#scheduled = false
    this.flush()
  }

  /** Writes what may go out. Called by itself at the end of a turn in which something came in. */
  flush (): void {
    this.#lane.settle()
    const link = this.#link
    if (link === null || this.#full) this.#batch.settle()
    else {
      link.begin()
      // without a budget PUBRELs alone go out, which answer what is under way
      let more = this.#lane.sender.send(link, this.#gated ? 0 : LANE_BUDGET)
      if (!this.#batch.empty && !this.#gated && !this.#isolation.on) more = this.#batch.write(link) && more
      link.end()
      if (!more) this.#fill()
      else if (this.#lane.sender.ready && !this.#scheduled && !this.#gated) this.#scheduleFlush()
    }
    this.#tellRoom()
    this.#tellAnswered()
  }

  #fill (): void {
    if (!this.#full) this.counters.linkFull++
    this.#full = true
  }

  #tellAnswered (): void {
    if (this.#onAnswered === null || (this.#link !== null && this.#lane.sender.underWay !== 0)) return
    const call = this.#onAnswered
    this.#onAnswered = null
    call()
  }

  #tellRoom (): void {
    this.#lane.journaled?.tell()
    this.holding.tell()
    if (this.#refused && !this.holding.isShut && this.#lane.roomy && (this.#link === null || !this.#full)) {
      this.#refused = false
      this.#onRoom()
    }
    if (this.#onIdle !== null && this.idle) {
      const call = this.#onIdle
      this.#onIdle = null
      call()
    }
  }

  /** The link takes bytes again. */
  drained (): void {
    this.#full = false
    this.flush()
  }

  /**
   * Lets nothing new out, so that another connection can take the session over with nothing under way; what comes in waits.
   * @param answered called once when all that is under way is answered, or the link is gone
   */
  gate (answered: () => void): void {
    this.#gated = true
    this.#onAnswered = answered
    this.flush()
  }

  /** Ends {@link gate}. The next {@link linkUp} does as well. */
  ungate (): void {
    this.#gated = false
    this.#onAnswered = null
    if (this.#link === null && this.#options.keepQos0 !== true) this.#batch.drop()
    this.flush()
  }

  /** A connection is up and the remote has accepted us. It takes the place of one that may still be there. */
  linkUp (link: LinkWriter, terms: SessionTerms): void {
    // what waited was measured against the limit of the connection before
    if (terms.maximumPacketSize < this.#batch.terms.maximumPacketSize) this.#batch.drop()
    this.#gated = false
    this.#onAnswered = null
    this.#link = link
    this.#batch.terms = terms
    this.#full = false
    this.#lane.open(terms, this.#session.resumes(terms.session, terms.sessionPresent))
    this.flush()
  }

  /**
   * The connection is gone. QoS 0 that waited is lost with it, unless another is about to take over; QoS 1 and 2 stay.
   * @param blames the remote has ended it, and not said that the reason is another than what was sent
   */
  linkDown (blames = false): void {
    if (this.#link !== null) this.#lane.sender.broken(blames)
    this.#link = null
    this.#full = false
    if (!this.#gated && this.#options.keepQos0 !== true) this.#batch.drop()
    this.flush()
  }

  /** All acknowledgements of a chunk have been given to it. */
  answersRead (): void {
    this.#lane.answered()
  }

  /** PUBACK. False when it answers nothing. */
  puback (id: number, reason: number): boolean {
    return this.#answered(this.#lane.sender.handshakes.puback(id, reason))
  }

  /** PUBREC. False when it answers nothing; it is answered all the same. */
  pubrec (id: number, reason: number): boolean {
    const { handshakes } = this.#lane.sender
    const known = handshakes.pubrec(id, reason)
    if (!known) handshakes.endStray(id)
    return this.#answered(known)
  }

  /** PUBCOMP. False when it answers nothing. */
  pubcomp (id: number): boolean {
    return this.#answered(this.#lane.sender.handshakes.pubcomp(id))
  }

  #answered (known: boolean): boolean {
    if (!known) this.counters.strayAcknowledgements++
    if (!this.#scheduled && (this.#refused || this.#onIdle !== null || this.holding.isAwaited || this.#gated || !this.#batch.empty || this.#lane.ready)) this.#scheduleFlush()
    return known
  }

  /** The bridge is taken away: its messages are let go, and nobody waits for it any more. */
  close (): void {
    this.linkDown()
    this.#closed = true
    this.#lane.close()
    this.#refused = false
    this.#onRoom()
  }
}
