/** One lane of an outbox for QoS 1 and 2: what waits, what is under way, and the journal behind it where there is one. HOT. */
import type { PublishView } from '../mqtt/publish-view.ts'
import type { LatencyHistogram } from '../metrics/latency-histogram.ts'
import { AckLatency } from './ack-latency.ts'
import { appendPublish } from './lane-append.ts'
import type { Isolation } from './isolation.ts'
import { LaneSender } from './lane-sender.ts'
import { Lane } from './lane.ts'
import type { SessionTerms } from './link.ts'
import type { Journal } from './journal.ts'
import { JournaledLane } from './journaled-lane.ts'
import type { LaneOptions, OutboxOptions } from './outbox-options.ts'
import { largestFrame } from './publish-splice.ts'
import type { Receipts } from './receipts.ts'
import type { Origin } from './origin.ts'
import type { Rewrite } from './rewrite.ts'
import { SendPause } from './send-pause.ts'
import { SendWindow } from './send-window.ts'
import { Suspect } from './suspect.ts'
import { WindowBound } from './window-bound.ts'

export class OutboxLane {
  readonly sender: LaneSender
  /** Where messages are kept on disk; null: nowhere. */
  readonly journaled: JournaledLane | null
  readonly #lane: Lane
  readonly #latency: AckLatency
  readonly #journal: Journal | null
  readonly #level: 4 | 5
  readonly #awaitRemote: boolean

  /**
   * @param isolation of all lanes of the outbox
   * @param latency where it counts how long messages take
   * @param changed called when there may be more to send, or room again
   */
  constructor (all: OutboxOptions, own: LaneOptions, index: number, isolation: Isolation, latency: LatencyHistogram, changed: () => void) {
    const journal = own.journal ?? null
    this.#journal = journal
    this.#level = all.level
    this.#awaitRemote = own.awaitRemote
    this.#lane = new Lane(all.maxCount, all.maxBytes)
    this.#latency = new AckLatency(latency, all.now ?? (() => performance.now()))
    this.journaled = journal === null ? null : new JournaledLane(this.#lane, journal, all, changed)
    const window = windowOf(all)
    const suspect = new Suspect(this.#lane, all.suspect ?? null, isolation, () => window.inFlight, changed)
    this.sender = new LaneSender(this.#lane, window, {
      level: all.level, counters: all.counters, journal, slice: own.slice ?? 0, index, lanes: 1, setAside: all.setAside ?? null
    }, suspect, all.pause === undefined ? null : new SendPause(all.pause, changed))
  }

  /** Messages that the remote does not have yet. */
  get queued (): number { return this.journaled?.waiting ?? this.#lane.count }
  /** Of those in memory. */
  get bytes (): number { return this.#lane.bytes }
  /** Memory taken now: what waits, and chunks kept for more. */
  get heldBytes (): number { return this.#lane.chunks.held }
  /** Age of the oldest message in memory, in milliseconds; 0 when there is none. */
  get oldestMs (): number { return this.#latency.oldestMs }
  get idle (): boolean { return this.#lane.count === 0 && this.journaled?.behind !== true }
  /** Enough has left since it was full that more is worth offering. */
  get roomy (): boolean { return this.journaled?.hasRoom(0) ?? this.#lane.roomy }
  /** An acknowledgement may have made something possible. */
  get ready (): boolean { return this.sender.ready || this.journaled?.behind === true }

  /** Place of the newest message: its number on disk, or its sequence in memory. */
  get mark (): number { return this.#journal?.last ?? this.#lane.tail - 1 }

  /** Is everything up to that place with the remote, or given up? */
  isPast (mark: number): boolean { return this.#journal === null ? this.#lane.head > mark : this.#journal.oldest > mark }

  hasRoom (count: number, bytes: number): boolean {
    return this.journaled === null ? this.#lane.hasRoom(count, bytes) : this.journaled.hasRoom(bytes)
  }

  /**
   * Takes the message; {@link hasRoom} has said yes.
   * @param header first byte of its frame
   * @returns false when a full journal drops it
   */

  take (rewrite: Rewrite, view: PublishView, header: number, receipts: Receipts | null, slot: number, origin: Origin): boolean {
    const { journaled } = this
    if (journaled !== null) return this.#takeDurably(journaled, rewrite, view, header, receipts, slot, origin)
    const sequence = appendPublish(this.#lane, view, rewrite, header, this.#level)
    if (receipts !== null && this.#awaitRemote) {
      receipts.hold(slot)
      this.#lane.keepReceipt(sequence, receipts, slot)
    }
    return true
  }

  // eslint-disable-next-line max-params -- as take
  #takeDurably (journaled: JournaledLane, rewrite: Rewrite, view: PublishView, header: number, receipts: Receipts | null, slot: number, origin: Origin): boolean {
    const publisher = view.qos === 2 ? origin.publisher ?? null : null
    // a device that repeats what the process before had made safe: its receipt waits for nothing more. Without DUP it is another message [MQTT-3.3.1-1]
    if (publisher !== null && view.dup && journaled.inherits(publisher, view.packetId)) return true
    const size = largestFrame(view, rewrite)
    if (journaled.refuses(size)) return false
    if (journaled.take(view, rewrite, size, receipts, slot, publisher)) journaled.joined(appendPublish(this.#lane, view, rewrite, header, this.#level))
    return true
  }

  /** Copies what is only noted of the frames, so that their source may change. */
  settle (): void {
    this.#lane.chunks.settle()
    this.#latency.mark(this.#lane.tail)
    this.#latency.pass(this.#lane.head)
  }

  /** Acknowledgements have been read. */
  answered (): void {
    this.#latency.pass(this.#lane.head)
  }

  /** @param resumed the remote goes on with the session of the connection before */
  open (terms: SessionTerms, resumed: boolean): void {
    this.#lane.chunks.settle()
    if (!resumed) this.journaled?.sessionLost()
    this.sender.open(terms, resumed)
  }

  /** The bridge is taken away: nobody waits for its messages any more. With a journal they stay in it. */
  close (): void {
    const lane = this.#lane
    if (this.journaled !== null) this.journaled.close()
    else for (let sequence = lane.head; sequence < lane.tail; sequence++) lane.settle(sequence)
  }
}

function windowOf ({ windowQos1, windowQos2, firstQos1, firstQos2 }: OutboxOptions): SendWindow {
  return new SendWindow(new WindowBound(firstQos1 ?? windowQos1, windowQos1), new WindowBound(firstQos2 ?? windowQos2, windowQos2))
}
