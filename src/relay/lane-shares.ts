/**
 * Shares the link among the lanes of an outbox that has several, or lets one lane and its batch take turns on a link with a rate limit: deficit round robin by bytes over the priorities, 16 : 4 : 1 where all have
 * something to send, and all to one where the others have nothing. The highest that has not had its part of the round goes first, so that
 * what comes in a lane without a backlog waits for one step of another at most. HOT.
 */
import type { BatchLane } from './batch-lane.ts'
import type { LinkWriter } from './link.ts'
import { priorities } from './outbox-options.ts'
import { type LanePair, PriorityShare } from './priority-share.ts'

/** Bytes a round, highest priority first. A larger message goes all the same, and its lane waits the longer. */
const QUANTA: readonly number[] = [64 * 1024, 16 * 1024, 4 * 1024]
/** What one lane writes before another is looked at: what a socket takes before it has enough. */
const STEP = 16 * 1024
/** What is written in one turn of the event loop at most. */
const BUDGET = 256 * 1024

export class LaneShares {
  /** Highest first. */
  readonly #shares: readonly PriorityShare[]
  readonly #pairs: readonly LanePair[]
  /** As the pairs. */
  readonly #shareOf: readonly PriorityShare[]

  constructor (pairs: readonly LanePair[]) {
    const shares: PriorityShare[] = []
    const shareOf: PriorityShare[] = []
    for (const [i, priority] of priorities.entries()) {
      const share = new PriorityShare(QUANTA[i] as number)
      for (const [place, pair] of pairs.entries()) {
        if (pair.lane.priority !== priority) continue
        share.add(pair)
        shareOf[place] = share
      }
      if (!share.isEmpty) shares.push(share)
    }
    this.#pairs = pairs
    this.#shareOf = shareOf
    this.#shares = shares
  }

  /**
   * Writes what may go out, up to a bound.
   * @param gated PUBRELs alone go out
   * @param withBatches QoS 0 too
   * @returns false when the link has enough
   */
  write (link: LinkWriter, gated: boolean, withBatches: boolean): boolean {
    let more = true
    for (const share of this.#shares) {
      share.begin(link, gated)
      if (share.full) more = false
    }
    for (let left = BUDGET; more && left > 0;) {
      const most = Math.min(left, STEP, link.meter?.room ?? STEP)
      const share = most === 0 ? null : this.#next()
      if (share === null) break
      left -= share.send(link, most, withBatches)
      more = !share.full
    }
    return more
  }

  /** Who goes next; null when nobody has anything. */
  #next (): PriorityShare | null {
    for (;;) {
      let open = false
      for (const share of this.#shares) {
        if (share.isDue) return share
        if (share.isOpen) open = true
      }
      if (!open) return null
      for (const share of this.#shares) share.renew()
    }
  }

  /** Writes one batch of QoS 0 now, since it has no room for more. @returns false when the link has enough */
  writeBatch (batch: BatchLane, link: LinkWriter): boolean {
    const share = this.#shareOf[this.#pairs.findIndex(pair => pair.batch === batch)] as PriorityShare
    share.full = false
    share.sendBatch(batch, link, Infinity)
    return !share.full
  }

  /** Some lane could write more now. */
  ready (withBatches: boolean): boolean {
    for (const { lane, batch } of this.#pairs) if (lane.sender.ready || (withBatches && !batch.empty)) return true
    return false
  }
}
