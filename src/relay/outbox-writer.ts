/** Writes what an outbox holds to its link: one flush a turn of the event loop, or when the link takes bytes again. HOT. */
import type { BatchLane } from './batch-lane.ts'
import type { Isolation } from './isolation.ts'
import { LaneShares } from './lane-shares.ts'
import type { LinkWriter } from './link.ts'
import type { OutboxBatches } from './outbox-batches.ts'
import type { OutboxLanes } from './outbox-lanes.ts'
import type { OutboxOptions } from './outbox-options.ts'

/** What the only lane writes in one flush: enough for a TLS write at full speed, little enough that QoS 0 and PINGREQ need not wait long. */
const LANE_BUDGET = 256 * 1024

export interface OutboxWriterOptions extends Pick<OutboxOptions, 'counters' | 'schedule'> {
  readonly lanes: OutboxLanes
  readonly batches: OutboxBatches
  readonly isolation: Isolation
  /** A flush is over. */
  readonly flushed: () => void
}

export class OutboxWriter {
  readonly #options: OutboxWriterOptions
  readonly #lanes: OutboxLanes
  readonly #batches: OutboxBatches
  readonly #isolation: Isolation
  readonly #shares: LaneShares
  /** There is one lane, and it has the link for itself. */
  readonly #isAlone: boolean
  #link: LinkWriter | null = null
  /** The link has said that it has enough. */
  #full = false
  #scheduled = false
  /** Nothing new goes out. */
  gated = false

  constructor (options: OutboxWriterOptions) {
    const { lanes, batches } = options
    this.#options = options
    this.#lanes = lanes
    this.#batches = batches
    this.#isolation = options.isolation
    this.#isAlone = lanes.all.length === 1
    this.#shares = new LaneShares(Array.from(lanes.all, (lane, i) => ({ lane, batch: batches.of(i) })))
  }

  get link (): LinkWriter | null { return this.#link }

  /** Another link, or none: it takes bytes. */
  set link (link: LinkWriter | null) {
    this.#link = link
    this.#full = false
  }

  /** There is a link, and it has enough. */
  get isFull (): boolean { return this.#link !== null && this.#full }

  /** No limit of the link forbids it now. */
  #mayCarry ({ meter = null }: LinkWriter): boolean { return meter === null || meter.room > 0 }

  /** QoS 0 may go out, as far as the link is not full. */
  get #passesBatches (): boolean { return !this.gated && !this.#isolation.on }

  /** A full batch could be written now, or let go. Over a link with a limit it goes in pieces, and only what fits into none goes at once. */
  batchMayGo (batch: BatchLane): boolean {
    const link = this.#link
    return this.#passesBatches && (link === null || (!this.#full && (link.meter == null || (batch.empty && this.#mayCarry(link)))))
  }

  get isScheduled (): boolean { return this.#scheduled }

  /** Flushes at the end of this turn, whatever happens in it. */
  schedule (): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#options.schedule(this.#flushLater)
  }

  readonly #flushLater = (): void => {
    this.#scheduled = false
    this.flush()
  }

  /** The link takes bytes again. */
  drained (): void {
    this.#full = false
    this.flush()
  }

  /** Writes what may go out. */
  flush (): void {
    this.#lanes.settle()
    const link = this.#link
    if (link !== null && !this.#full) {
      link.begin()
      const more = this.#write(link)
      link.end()
      if (!more) this.#fill()
      else if (!this.#scheduled && !this.gated && this.#couldWrite(link)) this.schedule()
    }
    // what did not go out is copied: its source may change after this turn
    this.#batches.settle()
    this.#options.flushed()
  }

  /** @returns false when the link has enough */
  #write (link: LinkWriter): boolean {
    if (!this.#isAlone || link.meter != null) return this.#shares.write(link, this.gated, this.#passesBatches)
    // without a budget PUBRELs alone go out, which answer what is under way
    const more = this.#lanes.first.sender.send(link, this.gated ? 0 : LANE_BUDGET)
    const batch = this.#batches.first
    return !batch.empty && this.#passesBatches ? batch.write(link) && more : more
  }

  /** Something is left that another turn can write. */
  #couldWrite (link: LinkWriter): boolean {
    return this.#isAlone && link.meter == null ? this.#lanes.first.sender.ready : this.#mayCarry(link) && this.#shares.ready(!this.#isolation.on)
  }

  /** A batch has no room for a frame more, and {@link batchMayGo} said yes: it goes, though another may have filled the link since. */
  makeRoom (batch: BatchLane): void {
    const link = this.#link
    if (link === null || (this.#isAlone && !this.#full)) this.flush()
    else if (!(this.#isAlone ? batch.write(link) : this.#shares.writeBatch(batch, link))) this.#fill()
  }

  /** Writes a frame that is larger than any batch. */
  writeAlone (frame: Buffer): void {
    if (this.#link !== null && !this.#link.write(frame, null)) this.#fill()
  }

  #fill (): void {
    if (!this.#full) this.#options.counters.linkFull++
    this.#full = true
  }
}
