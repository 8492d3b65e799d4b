/** The lanes of one priority: they take turns within what the priority may send until the others have had theirs. HOT. */
import type { BatchLane } from './batch-lane.ts'
import type { LinkWriter } from './link.ts'
import type { OutboxLane } from './outbox-lane.ts'

/** What goes out for one rule after the other: of QoS 1 and 2, and of QoS 0. */
export interface LanePair {
  readonly lane: OutboxLane
  readonly batch: BatchLane
}

export class PriorityShare {
  readonly #pairs: LanePair[] = []
  readonly #quantum: number
  /** Bytes that it may still send in this round; less than 0: its last message was larger than that. */
  #left: number
  /** Which of its lanes and batches is next. */
  #turn = 0
  /** It has nothing more that could go out now. */
  #dry = false
  /** The link has enough. */
  full = false

  /** @param quantum bytes of a round */
  constructor (quantum: number) {
    this.#quantum = this.#left = quantum
  }

  add (pair: LanePair): void {
    this.#pairs.push(pair)
  }

  get isEmpty (): boolean { return this.#pairs.length === 0 }

  /** It has its part of this round to send, and something to send. */
  get isDue (): boolean { return !this.#dry && this.#left > 0 }

  /** It has something to send, as far as is known. */
  get isOpen (): boolean { return !this.#dry }

  /** Begins a flush: PUBRELs go out, which answer what is under way, and a lane of QoS 2 asks for what it must know first. */
  begin (link: LinkWriter, gated: boolean): void {
    this.#dry = gated
    this.full = false
    for (const { lane } of this.#pairs) this.#sendLane(lane, link, gated || lane.sender.ready ? 0 : 1)
  }

  /** A new round for all: what was not used is not saved up. */
  renew (): void {
    this.#left = Math.min(this.#left + this.#quantum, this.#quantum)
  }

  /**
   * One lane sends, up to about `most` bytes.
   * @param withBatches QoS 0 may go out
   * @returns bytes; 0 when nothing can go out
   */
  send (link: LinkWriter, most: number, withBatches: boolean): number {
    const limit = Math.min(most, this.#left)
    const ofBatch = link.meter == null ? Infinity : limit
    const places = this.#pairs.length * 2
    for (let tried = 0; tried < places; tried++) {
      const place = this.#turn
      this.#turn = place + 1 === places ? 0 : place + 1
      const { lane, batch } = this.#pairs[place >> 1] as LanePair
      const sent = (place & 1) === 0 ? this.#sendLane(lane, link, limit) : withBatches ? this.sendBatch(batch, link, ofBatch) : 0
      if (sent > 0) return sent
    }
    this.#dry = true
    return 0
  }

  #sendLane ({ sender }: OutboxLane, link: LinkWriter, limit: number): number {
    this.#note(sender.send(link, limit))
    this.#left -= sender.sent
    return sender.sent
  }

  /** A batch goes out whole where the link has no limit, and is set against the rounds to come. */
  sendBatch (batch: BatchLane, link: LinkWriter, most: number): number {
    const before = batch.length
    if (before === 0) return 0
    this.#note(batch.write(link, most))
    const bytes = before - batch.length
    this.#left -= bytes
    return bytes
  }

  #note (more: boolean): void {
    if (!more) this.full = true
  }
}
