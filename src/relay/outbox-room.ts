/** Whether an outbox has room for a message, and who hears that it has some again. HOT. */
import type { BridgeCounters } from '../metrics/bridge-counters.ts'
import type { PublishView } from '../mqtt/publish-view.ts'
import type { BatchLane } from './batch-lane.ts'
import type { OutboxBatches } from './outbox-batches.ts'
import type { OutboxLane } from './outbox-lane.ts'
import type { OutboxLanes } from './outbox-lanes.ts'
import { largestFrame } from './publish-splice.ts'
import type { Rewrite } from './rewrite.ts'

const LONGEST_TIMER_MS = 2 ** 31 - 1

export class OutboxRoom {
  readonly #lanes: OutboxLanes
  readonly #batches: OutboxBatches
  readonly #counters: BridgeCounters
  readonly #batchMayGo: (batch: BatchLane) => boolean
  /** Lanes that had none, themselves or their batch, and nobody has been told of room since. */
  readonly #lacking = new Set<OutboxLane>()
  /** An offer was refused, and nobody has been told of room since. */
  isLacking = false
  #onRoom: () => void = () => {}
  readonly #flush: () => void
  #timer: NodeJS.Timeout | null = null
  /** When it fires, by performance.now. */
  #due = 0

  /** @param batchMayGo a full batch could be written now; @param flush something was given up: whoever waits is to be told */
  constructor (lanes: OutboxLanes, batches: OutboxBatches, counters: BridgeCounters, batchMayGo: (batch: BatchLane) => boolean, flush: () => void) {
    this.#lanes = lanes
    this.#batches = batches
    this.#counters = counters
    this.#batchMayGo = batchMayGo
    this.#flush = flush
  }

  /** One listener, called when an outbox that refused an offer has room again. */
  onRoom (call: () => void): void {
    this.#onRoom = call
  }

  /** For the message on each of `rewrites[from, to)`? Remembers a refusal. */
  has (rewrites: readonly Rewrite[], from: number, to: number, view: PublishView): boolean {
    if (to - from === 1) return this.#hasOne(rewrites[from] as Rewrite, view)
    for (let i = from; i < to; i++) {
      const { lane } = rewrites[i] as Rewrite
      if (!leadsTo(lane, rewrites, from, i) && !this.#laneHas(lane, rewrites, i, to, view)) return false
    }
    return true
  }

  /** By far the most messages have one way out. */
  #hasOne (rewrite: Rewrite, view: PublishView): boolean {
    const lane = this.#lanes.all[rewrite.lane] as OutboxLane
    const bytes = largestFrame(view, rewrite)
    if (lane.qosOf(rewrite, view) === 0 ? this.#batchHas(rewrite.lane, bytes) : lane.hasRoom(1, bytes)) return true
    return this.#refuse(lane)
  }

  /** For all of `rewrites[from, to)` that lead to this lane? */
  #laneHas (index: number, rewrites: readonly Rewrite[], from: number, to: number, view: PublishView): boolean {
    const lane = this.#lanes.all[index] as OutboxLane
    let kept = 0
    let keptBytes = 0
    let batchBytes = 0
    for (let i = from; i < to; i++) {
      const rewrite = rewrites[i] as Rewrite
      if (rewrite.lane !== index) continue
      const bytes = largestFrame(view, rewrite)
      if (lane.qosOf(rewrite, view) === 0) batchBytes += bytes
      else {
        kept++
        keptBytes += bytes
      }
    }
    if ((kept === 0 || lane.hasRoom(kept, keptBytes)) && (batchBytes === 0 || this.#batchHas(index, batchBytes))) return true
    return this.#refuse(lane)
  }

  #batchHas (lane: number, bytes: number): boolean {
    const batch = this.#batches.of(lane)
    return batch.hasRoom(bytes) || this.#batchMayGo(batch)
  }

  /** There is none for it, whatever its lane has. */
  refuse ({ lane }: Rewrite): false {
    return this.#refuse(this.#lanes.all[lane] as OutboxLane)
  }

  #refuse (lane: OutboxLane): false {
    if (!this.isLacking && !lane.isPausing) this.#counters.queueFull++
    this.isLacking = true
    this.#lacking.add(lane)
    this.#awaitTime(lane)
    return false
  }

  /** A lane in memory may have room by the clock alone, though its link is down: its oldest message expires, or is so old that the lane takes more. */
  #awaitTime (lane: OutboxLane): void {
    if (lane.journaled !== null) return
    const inMs = lane.roomInMs
    const due = performance.now() + inMs
    if (inMs === Infinity || (this.#timer !== null && this.#due <= due)) return
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#due = due
    this.#timer = setTimeout(this.#timePassed, Math.min(Math.max(inMs, 1), LONGEST_TIMER_MS)).unref()
  }

  readonly #timePassed = (): void => {
    this.#timer = null
    for (const lane of this.#lacking) if (lane.journaled === null) lane.sender.expire()
    this.#flush()
    this.tell(false)
    for (const lane of this.#lacking) this.#awaitTime(lane)
  }

  /**
   * Something may have left: tells once a lane that had none has so much room again that more is worth offering.
   * @param isFull the link has enough: only what goes to disk need not wait for it
   */
  tell (isFull: boolean): void {
    if (!this.isLacking) return
    for (const [i, lane] of this.#lanes.all.entries()) {
      if (this.#lacking.has(lane) && (!isFull || lane.isJournaled) && lane.roomy && this.#batchIsRoomy(this.#batches.of(i))) return this.call()
    }
  }

  #batchIsRoomy (batch: BatchLane): boolean { return batch.roomy || this.#batchMayGo(batch) }

  /** Calls whoever waits. */
  call (): void {
    this.isLacking = false
    this.#lacking.clear()
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#onRoom()
  }
}

/** Does one of `rewrites[from, to)` lead to this lane? */
function leadsTo (lane: number, rewrites: readonly Rewrite[], from: number, to: number): boolean {
  for (let i = from; i < to; i++) if ((rewrites[i] as Rewrite).lane === lane) return true
  return false
}
