/** The batches of an outbox, one for each lane: what of QoS 0 goes out with the next flush. HOT. */
import { BatchLane } from './batch-lane.ts'
import { plainTerms, type SessionTerms } from './link.ts'
import type { OutboxOptions } from './outbox-options.ts'

export class OutboxBatches {
  /** Most outboxes have no other. */
  readonly first: BatchLane
  readonly #all: readonly BatchLane[]
  #terms: SessionTerms = plainTerms

  /**
   * @param makeRoom writes a batch that has no room for one frame more
   * @param writeAlone for a frame that is larger than any batch
   */
  constructor (options: OutboxOptions, lanes: number, makeRoom: (batch: BatchLane) => void, writeAlone: (frame: Buffer) => void) {
    this.#all = Array.from({ length: lanes }, () => {
      const batch: BatchLane = new BatchLane(options, () => makeRoom(batch), writeAlone)
      return batch
    })
    this.first = this.of(0)
  }

  of (lane: number): BatchLane { return this.#all[lane] as BatchLane }

  get empty (): boolean {
    for (const batch of this.#all) if (!batch.empty) return false
    return true
  }

  /** What the remote takes on this connection. */
  get terms (): SessionTerms { return this.#terms }
  set terms (terms: SessionTerms) {
    this.#terms = terms
    for (const batch of this.#all) batch.terms = terms
  }

  /** Copies what is only noted, so that its source may change. */
  settle (): void {
    for (const batch of this.#all) batch.settle()
  }

  drop (): void {
    for (const batch of this.#all) batch.drop()
  }
}
