/** One lane of an outbox for QoS 1 and 2: what waits, what is under way, and the journal behind it where there is one. HOT. */
import type { PublishView } from '../mqtt/publish-view.ts'
import type { LatencyHistogram } from '../metrics/latency-histogram.ts'
import { AckLatency } from './ack-latency.ts'
import type { Flight } from './flight.ts'
import { appendPublish } from './lane-append.ts'
import { KnownSession } from './known-session.ts'
import type { Isolation } from './isolation.ts'
import { LaneSender } from './lane-sender.ts'
import { Lane } from './lane.ts'
import { LinkPace, PACE_MS } from './link-pace.ts'
import type { SessionTerms } from './link.ts'
import type { Journal } from './journal.ts'
import { JournaledLane } from './journaled-lane.ts'
import type { LaneOptions, OutboxOptions, Priority } from './outbox-options.ts'
import { largestFrame } from './publish-splice.ts'
import type { Receipts } from './receipts.ts'
import type { Origin } from './origin.ts'
import { KEEP, type Rewrite } from './rewrite.ts'
import type { SendPause } from './send-pause.ts'
import { SendWindow } from './send-window.ts'
import { Suspect } from './suspect.ts'

/**
 * Bytes that a lane in memory takes at once, and in {@link PACE_MS} no more than that: a link that sends so much in that time has enough to do, and
 * more would only make its messages older. QoS 1 saturating, with up to 64 MiB waiting, had 153 to 209 MB of memory and 0.63 to 0.81 µs a message; with 6 it was
 * 131 MB, 0.44 µs, and more messages a second, as chunks of that age make the collector look through the whole heap.
 */
const AT_ONCE_BYTES = 6 * 1024 * 1024

/** What the lanes of an outbox have in common. */
export interface CommonOfLanes {
  readonly isolation: Isolation
  readonly flight: Flight
  /** How long messages take is counted there. */
  readonly latency: LatencyHistogram
  /** Of a remote whose quota is used up; null: it has none. */
  readonly pause: SendPause | null
  /** How many lanes there are. */
  readonly lanes: number
  /** Called when there may be more to send, or room again. */
  readonly changed: () => void
}

/** What a lane holds. */
export interface LaneStock {
  readonly priority: Priority
  readonly isJournaled: boolean
  /** Messages that the remote does not have yet. */
  readonly queued: number
  /** Of those in memory. */
  readonly bytes: number
  /** Which part of its bounds is taken, 0 to 1: on disk where it has a journal, in memory otherwise. */
  readonly fill: number
}

export class OutboxLane implements LaneStock {
  readonly sender: LaneSender
  /** Where messages are kept on disk; null: nowhere. */
  readonly journaled: JournaledLane | null
  readonly priority: Priority
  /** Of messages that no rule gives another. */
  readonly #leastQos: 0 | 1
  readonly #lane: Lane
  readonly #latency: AckLatency
  readonly #session: KnownSession
  readonly #journal: Journal | null
  readonly #level: 4 | 5
  readonly #awaitRemote: boolean
  /** Its part of {@link AT_ONCE_BYTES}; one that drops what it does not take has its whole room at any time. */
  readonly #atOnce: number
  readonly #pace: LinkPace
  readonly #now: () => number

  /** @param index its place among the lanes, which have equal parts of memory and of the ids of QoS 1 */
  constructor (all: OutboxOptions, own: LaneOptions, index: number, { isolation, flight, latency, pause, lanes, changed }: CommonOfLanes) {
    const journal = own.journal ?? null
    this.#journal = journal
    this.#session = new KnownSession(all.severalServers !== true, name => journal?.wasSentIn(name) ?? null)
    this.priority = own.priority ?? 'normal'
    this.#leastQos = all.spoolQos0 === true && journal !== null ? 1 : 0
    this.#level = all.level
    this.#awaitRemote = own.awaitRemote
    this.#atOnce = all.required ? Math.ceil(AT_ONCE_BYTES / lanes) : Infinity
    this.#lane = new Lane(Math.ceil(all.maxCount / lanes), Math.ceil(all.maxBytes / lanes))
    this.#pace = new LinkPace(this.#atOnce)
    this.#now = all.now ?? (() => performance.now())
    this.#latency = new AckLatency(latency, this.#now)
    this.journaled = journal === null ? null : new JournaledLane(this.#lane, journal, all, changed)
    const window = new SendWindow(flight, mostQos2Of(all, lanes))
    const suspect = new Suspect(this.#lane, all.suspect ?? null, isolation, () => window.inFlight, changed)
    this.sender = new LaneSender(this.#lane, window, {
      level: all.level, counters: all.counters, journal, slice: own.slice ?? 0, index, lanes, setAside: all.setAside ?? null
    }, suspect, pause)
  }

  get isJournaled (): boolean { return this.journaled !== null }
  /** Messages that the remote does not have yet. */
  get queued (): number { return this.journaled?.waiting ?? this.#lane.count }
  /** Of those in memory. */
  get bytes (): number { return this.#lane.bytes }
  get fill (): number { return this.journaled?.fill ?? this.#lane.fill }
  /** Memory taken now: what waits, and chunks kept for more. */
  get heldBytes (): number { return this.#lane.chunks.held }
  /** Age of the oldest message in memory, in milliseconds; 0 when there is none. */
  get oldestMs (): number { return this.#latency.oldestMs }
  get idle (): boolean { return this.#lane.count === 0 && this.journaled?.behind !== true }
  /** Enough has left since it was full that more is worth offering. */
  get roomy (): boolean { return this.journaled?.roomy ?? (this.#lane.roomy && (this.#lane.bytes * 8 <= this.#atOnce * 7 || this.#pauseMs <= 0)) }

  /** It may take more, but not at once. */
  get isPausing (): boolean { return this.journaled === null && this.#lane.bytes >= this.#atOnce && this.#pauseMs > 0 }

  /**
   * How long it takes no more than {@link AT_ONCE_BYTES}: while the oldest message is younger than that, when a burst may only have begun, and while the link keeps pace. By the age
   * alone a queue that a pause of the link had filled was never empty again, as a quick link is as long about 64 MiB; QoS 1 then had 224 MB, and took 0.7 s.
   */
  get #pauseMs (): number { return Math.max(PACE_MS - this.#latency.oldestMs, this.#pace.leftMs(this.#now())) }

  /** In milliseconds: there may be room then without any acknowledgement; Infinity: not before. */
  get roomInMs (): number {
    return Math.min(this.isPausing ? this.#pauseMs : Infinity, this.sender.nextExpiryMs)
  }

  /** An acknowledgement may have made something possible. */
  get ready (): boolean { return this.sender.ready || this.journaled?.behind === true }

  /** Place of the newest message: its number on disk, or its sequence in memory. */
  get mark (): number { return this.#journal?.last ?? this.#lane.tail - 1 }

  /** Is everything up to that place with the remote, or given up? */
  isPast (mark: number): boolean { return this.#journal === null ? this.#lane.head > mark : this.#journal.oldest > mark }

  /** With which QoS the remote is sent it. */
  qosOf (rewrite: Rewrite, view: PublishView): number {
    if (rewrite.qos !== KEEP) return rewrite.qos
    return view.qos === 0 ? this.#leastQos : view.qos
  }

  hasRoom (count: number, bytes: number): boolean {
    return this.journaled === null ? this.#lane.hasRoom(count, bytes) && !this.isPausing : this.journaled.hasRoom(bytes)
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
    if (journaled.take(view, rewrite, size, receipts, slot, rewrite.isLast ? publisher : null)) journaled.joined(appendPublish(this.#lane, view, rewrite, header, this.#level))
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
    if (this.journaled === null) this.#pace.note(this.#lane.gone, this.#now())
  }

  /** A connection is up. */
  open (terms: SessionTerms): void {
    const resumed = this.#session.resumes(terms.session, terms.sessionPresent)
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

/**
 * What a process before this one has left open of QoS 2 counts at the remote, and each lane sees to its own before it sends anew. Where the remote can
 * not say what it takes, in 3.1.1, each has its part of the window, so that all together are never more than it.
 */
function mostQos2Of ({ level, windowQos2 }: OutboxOptions, lanes: number): number {
  return level === 5 || lanes === 1 ? Infinity : Math.max(1, Math.floor(windowQos2 / lanes))
}
