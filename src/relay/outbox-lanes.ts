/** All lanes of an outbox: what they hold together, and which of them an acknowledgement is for. HOT. */
import type { LatencyHistogram } from '../metrics/latency-histogram.ts'
import { Flight } from './flight.ts'
import type { Isolation } from './isolation.ts'
import type { SessionTerms } from './link.ts'
import type { Publisher } from './origin.ts'
import { OutboxLane } from './outbox-lane.ts'
import type { OutboxOptions } from './outbox-options.ts'
import { qos1IdsOf } from './packet-ids.ts'
import type { Receipts } from './receipts.ts'
import { SendPause } from './send-pause.ts'
import { WindowBound } from './window-bound.ts'

export class OutboxLanes {
  /** In the order in which rules name them. */
  readonly all: readonly OutboxLane[]
  /** Most outboxes have no other. */
  readonly first: OutboxLane

  /**
   * @param latency where they count how long messages take
   * @param changed called when there may be more to send, or room again
   */
  constructor (options: OutboxOptions, isolation: Isolation, latency: LatencyHistogram, changed: () => void) {
    const { otherLanes = [], pause } = options
    const lanes = 1 + otherLanes.length
    const flight = flightOf(options, qos1IdsOf(lanes))
    const common = { isolation, latency, changed, lanes, flight, pause: pause === undefined ? null : new SendPause(pause, changed) }
    this.first = new OutboxLane(options, options, 0, common)
    const all = [this.first]
    for (const own of otherLanes) all.push(new OutboxLane(options, own, all.length, common))
    this.all = all
  }

  get queued (): number { return this.#sum(lane => lane.queued) }
  get bytes (): number { return this.#sum(lane => lane.bytes) }
  get heldBytes (): number { return this.#sum(lane => lane.heldBytes) }
  get underWay (): number { return this.#sum(lane => lane.sender.underWay) }
  /** Messages that are nowhere but in memory. */
  get inMemoryOnly (): number { return this.#sum(lane => lane.journaled === null ? lane.queued : 0) }
  get oldestMs (): number {
    let most = 0
    for (const lane of this.all) most = Math.max(most, lane.oldestMs)
    return most
  }

  /** Some lane has a journal. */
  get isJournaled (): boolean {
    for (const lane of this.all) if (lane.journaled !== null) return true
    return false
  }

  #sum (of: (lane: OutboxLane) => number): number {
    let sum = 0
    for (const lane of this.all) sum += of(lane)
    return sum
  }

  get idle (): boolean {
    for (const lane of this.all) if (!lane.idle) return false
    return true
  }

  /** An acknowledgement may have made something possible. */
  get ready (): boolean {
    for (const lane of this.all) if (lane.ready) return true
    return false
  }

  /** Nothing waits for an answer of the remote. */
  get isAnswered (): boolean {
    for (const lane of this.all) if (lane.sender.underWay !== 0) return false
    return true
  }

  /** The lane that gives out this packet id; any for one that none gives out: there it answers nothing. */
  ofId (id: number): OutboxLane {
    if (this.all.length !== 1) {
      for (const lane of this.all) if (lane.sender.handshakes.owns(id)) return lane
    }
    return this.first
  }

  complete (publisher: Publisher, packetId: number, receipts: Receipts, slot: number): void {
    for (const lane of this.all) lane.journaled?.complete(publisher, packetId, receipts, slot)
  }

  forget (publisher: Publisher): void {
    for (const lane of this.all) lane.journaled?.forget(publisher)
  }

  settle (): void {
    for (const lane of this.all) lane.settle()
  }

  answered (): void {
    for (const lane of this.all) lane.answered()
  }

  /** Who reads back hears what there is to do. */
  tell (): void {
    for (const lane of this.all) lane.journaled?.tell()
  }

  open (terms: SessionTerms): void {
    for (const lane of this.all) lane.open(terms)
  }

  /** The connection is gone. @param blames as {@link LaneSender.broken} */
  broken (blames: boolean): void {
    for (const lane of this.all) lane.sender.broken(blames)
  }

  close (): void {
    for (const lane of this.all) lane.close()
  }
}

/** @param ids of QoS 1 that one lane has: it may take the whole window, where the others have nothing to send */
function flightOf ({ windowQos1, windowQos2, firstQos1, firstQos2 }: OutboxOptions, ids: number): Flight {
  const most = Math.min(windowQos1, ids)
  return new Flight(new WindowBound(firstQos1 ?? most, most), new WindowBound(firstQos2 ?? windowQos2, windowQos2))
}
