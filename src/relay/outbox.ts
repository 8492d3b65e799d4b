/**
 * The way of messages out to one bridge's remote. QoS 0 is copied into a batch and forgotten; QoS 1 and 2 stand in the lane until
 * the remote has them. Bounded both ways; nothing is written but by the flush, once a turn of the event loop. HOT.
 */
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { PublishView } from '../mqtt/publish-view.ts'
import { BATCH_BYTES, FrameBatch } from './frame-batch.ts'
import { JournaledLane } from './journaled-lane.ts'
import { LaneSender } from './lane-sender.ts'
import { Lane } from './lane.ts'
import { type LinkWriter, plainTerms, type SessionTerms } from './link.ts'
import type { OutboxOptions } from './outbox-options.ts'
import { appendPublish } from './lane-append.ts'
import { frameSize, keepsLayout, largestFrame, splicePublish, splicedBody, writeFixedHeader } from './publish-splice.ts'
import type { Receipts } from './receipts.ts'
import { KEEP, type Rewrite } from './rewrite.ts'
import { SendWindow } from './send-window.ts'

/** A lane's share of one flush: enough for a TLS write at full speed, little enough that QoS 0 and PINGREQ need not wait long. */
const LANE_BUDGET = 256 * 1024

export class Outbox {
  readonly name: string
  readonly required: boolean
  readonly forwardBridged: boolean
  readonly counters: BridgeCounters
  readonly #level: 4 | 5
  readonly #options: OutboxOptions
  readonly #batch = new FrameBatch()
  readonly #lane: Lane
  readonly #sender: LaneSender
  /** Where messages are kept on disk; null: nowhere. */
  readonly journaled: JournaledLane | null
  #link: LinkWriter | null = null
  #terms: SessionTerms = plainTerms
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
    this.counters = options.counters
    this.#level = options.level
    this.#options = options
    this.#lane = new Lane(options.maxCount, options.maxBytes)
    this.journaled = options.journal == null ? null : new JournaledLane(this.#lane, options.journal, options, () => this.#scheduleFlush())
    this.#sender = new LaneSender(this.#lane, new SendWindow(options.windowQos1, options.windowQos2), options.level, options.counters)
  }

  /** Messages of QoS 1 and 2 that were sent on this connection and are not answered in full. */
  get underWay (): number { return this.#link === null ? 0 : this.#sender.underWay }
  /** Messages of QoS 1 and 2 that the remote does not have yet. */
  get queued (): number { return this.journaled?.waiting ?? this.#lane.count }
  /** Of those in memory. */
  get queuedBytes (): number { return this.#lane.bytes }
  /** Memory that QoS 1 and 2 take now: what waits, and chunks kept for more. */
  get heldBytes (): number { return this.#lane.chunks.held }
  /** Nothing waits, for the link or for the remote. */
  get idle (): boolean { return this.#lane.count === 0 && this.#batch.length === 0 && this.journaled?.behind !== true }

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
    let kept = 0
    let keptBytes = 0
    let batchBytes = 0
    for (let i = from; i < to; i++) {
      const rewrite = rewrites[i] as Rewrite
      const bytes = largestFrame(view, rewrite)
      if ((rewrite.qos === KEEP ? view.qos : rewrite.qos) === 0) batchBytes += bytes
      else {
        kept++
        keptBytes += bytes
      }
    }
    if ((kept === 0 || (this.journaled === null ? this.#lane.hasRoom(kept, keptBytes) : this.journaled.hasRoom(keptBytes))) && (batchBytes === 0 || this.#batchHasRoom(batchBytes))) return true
    this.#refused = true
    return false
  }

  #batchHasRoom (bytes: number): boolean {
    return this.#batch.hasRoom(bytes) || (!this.#gated && (this.#link === null || !this.#full))
  }

  /**
   * Takes the message; {@link hasRoom} has said yes.
   * @param receipts released at `slot` when the remote has the message, where publishers wait for that
   */
  take (rewrite: Rewrite, view: PublishView, receipts: Receipts | null, slot: number): void {
    const qos = rewrite.qos === KEEP ? view.qos : rewrite.qos
    const retain = rewrite.retain === KEEP ? view.retain : rewrite.retain === 1
    const asIs = rewrite.topic === null && keepsLayout(view, qos, this.#level)
    const header = 0x30 | (qos << 1) | (retain ? 1 : 0)
    if (this.#closed) return
    if (qos !== 0) this.#keep(rewrite, view, header, asIs, receipts, slot)
    else if (this.#link === null && !this.#gated && !(this.#options.keepQos0 === true && this.#batch.hasRoom(largestFrame(view, rewrite)))) {
      this.counters.droppedLinkDown++
      return
    } else this.#addToBatch(rewrite, view, header, asIs)
    this.#scheduleFlush()
  }

  #keep (rewrite: Rewrite, view: PublishView, header: number, asIs: boolean, receipts: Receipts | null, slot: number): void {
    if (this.journaled !== null) {
      const size = largestFrame(view, rewrite)
      if (this.journaled.refuses(size)) return this.drop(view)
      if (!this.journaled.take(view, rewrite, size, receipts, slot)) return
    }
    const sequence = appendPublish(this.#lane, view, rewrite, header, asIs, this.#level)
    if (this.journaled !== null) this.journaled.joined(sequence)
    else if (receipts !== null && this.#options.awaitRemote) {
      receipts.hold(slot)
      this.#lane.keepReceipt(sequence, receipts, slot)
    }
  }

  #addToBatch (rewrite: Rewrite, view: PublishView, header: number, asIs: boolean): void {
    if (!this.#terms.retainAvailable) header &= ~1 // [MQTT-3.2.2-14]
    if (asIs && view.bytes[view.start] === header) {
      const length = view.end - view.start
      if (length > this.#terms.maximumPacketSize) this.counters.droppedTooLarge++ // [MQTT-3.2.2-15]
      else if (this.#makeRoom(length)) this.#batch.addRun(view.bytes, view.start, view.end)
      else this.#writeAlone(Buffer.from(view.bytes.subarray(view.start, view.end)))
      return
    }
    const body = splicedBody(view, rewrite, 0, this.#level)
    const length = frameSize(body)
    if (length > this.#terms.maximumPacketSize) {
      this.counters.droppedTooLarge++
      return
    }
    const fits = this.#makeRoom(length)
    const at = fits ? this.#batch.reserve(length) : 0
    const bytes = fits ? this.#batch.buffer : Buffer.allocUnsafeSlow(length)
    splicePublish(bytes, writeFixedHeader(bytes, at, header, body), view, rewrite, 0, this.#level)
    if (!fits) this.#writeAlone(bytes)
  }

  /** Counts a message that found no room here. */
  drop (view: PublishView): void {
    this.counters.droppedFull++
    if (view.qos !== 0) this.counters.acknowledgedDropped++
  }

  /** Room in the batch, by a flush if need be; false for a frame that is larger than any batch. */
  #makeRoom (length: number): boolean {
    if (!this.#batch.hasRoom(length)) this.flush()
    return length <= BATCH_BYTES
  }

  #writeAlone (frame: Buffer): void {
    if (this.#link === null) return
    this.counters.sentQos0++
    this.counters.sentBytes += frame.length
    if (!this.#link.write(frame, null)) this.#full = true
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
    this.#lane.chunks.settle()
    const link = this.#link
    if (link === null || this.#full) this.#batch.settle()
    else {
      link.begin()
      // without a budget PUBRELs alone go out, which answer what is under way
      let more = this.#sender.send(link, this.#gated ? 0 : LANE_BUDGET)
      if (this.#batch.length !== 0 && !this.#gated) more = this.#writeBatch(link) && more
      link.end()
      if (!more) this.#full = true
      else if (this.#sender.ready && !this.#scheduled && !this.#gated) this.#scheduleFlush()
    }
    this.#tellRoom()
    this.#tellAnswered()
  }

  #tellAnswered (): void {
    if (this.#onAnswered === null || (this.#link !== null && this.#sender.underWay !== 0)) return
    const call = this.#onAnswered
    this.#onAnswered = null
    call()
  }

  #writeBatch (link: LinkWriter): boolean {
    const batch = this.#batch
    this.counters.sentQos0 += batch.count
    this.counters.sentBytes += batch.length
    const frames = batch.take()
    return link.write(frames, () => batch.giveBack(frames))
  }

  #tellRoom (): void {
    this.journaled?.tell()
    const roomy = this.journaled?.hasRoom(0) ?? this.#lane.roomy
    if (this.#refused && roomy && (this.#link === null || !this.#full)) {
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
    if (this.#link === null && this.#options.keepQos0 !== true) this.#dropBatch()
    this.flush()
  }

  /** A connection is up and the remote has accepted us. It takes the place of one that may still be there. */
  linkUp (link: LinkWriter, terms: SessionTerms): void {
    // what waited was measured against the limit of the connection before
    if (terms.maximumPacketSize < this.#terms.maximumPacketSize) this.#dropBatch()
    this.#gated = false
    this.#onAnswered = null
    this.#link = link
    this.#terms = terms
    this.#full = false
    this.#lane.chunks.settle()
    this.#sender.open(terms)
    this.flush()
  }

  /** The connection is gone. QoS 0 that waited is lost with it, unless another is about to take over; QoS 1 and 2 stay. */
  linkDown (): void {
    this.#link = null
    this.#full = false
    if (!this.#gated && this.#options.keepQos0 !== true) this.#dropBatch()
    this.flush()
  }

  #dropBatch (): void {
    this.counters.droppedLinkDown += this.#batch.count
    this.#batch.clear()
  }

  puback (id: number, reason: number): boolean {
    return this.#answered(this.#sender.puback(id, reason))
  }

  pubrec (id: number, reason: number): boolean {
    return this.#answered(this.#sender.pubrec(id, reason))
  }

  pubcomp (id: number): boolean {
    return this.#answered(this.#sender.pubcomp(id))
  }

  #answered (known: boolean): boolean {
    if (!this.#scheduled && (this.#refused || this.#onIdle !== null || this.#gated || this.#sender.ready || this.journaled?.behind === true)) this.#scheduleFlush()
    return known
  }

  /** The bridge is taken away: its messages are let go, and nobody waits for it any more. */
  close (): void {
    this.linkDown()
    this.#closed = true
    this.journaled?.close()
    const lane = this.#lane
    // with a journal they stay in it, and who waits for them is told when they are safe there
    if (this.journaled === null) for (let sequence = lane.head; sequence < lane.tail; sequence++) lane.settle(sequence)
    this.#refused = false
    this.#onRoom()
  }
}
