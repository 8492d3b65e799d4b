/** What stands in numbers about a bridge at this moment, for who shows it. Read when it is asked for. */
import type { Priority } from '../config/model.ts'
import type { LatencyHistogram } from '../metrics/latency-histogram.ts'
import type { SessionTerms } from '../relay/link.ts'
import type { Outbox } from '../relay/outbox.ts'

export interface BridgeFigures {
  /** Connections it has when all is well, and that are up. */
  readonly links: { readonly all: number, readonly up: number }
  /** Messages of QoS 1 and 2 that were sent and are not answered in full. */
  readonly inFlight: number
  /** Of each link, one for each priority and durability of its rules. */
  readonly queues: readonly QueueFigures[]
  /** Age of the oldest message that waits, in milliseconds; 0 when none does. */
  readonly oldestMs: number
  /** From admission to the remote's acknowledgement. */
  readonly latency: LatencyHistogram
  /** What the remote takes, as its CONNACK says; null while the link is down. */
  readonly limits: SessionTerms | null
  /** null: nothing is kept on disk. */
  readonly disk: DiskFigures | null
}

export interface QueueFigures {
  readonly priority: Priority
  readonly isOnDisk: boolean
  readonly queued: number
  /** Of those in memory. */
  readonly queuedBytes: number
  /** Which part of its bounds is taken, 0 to 1: of the spool where it is on disk, of memory otherwise. */
  readonly fill: number
}

export interface DiskFigures {
  readonly bytes: number
  /** Writes to disk, each with its sync. */
  readonly commits: LatencyHistogram
  /** The disk does not take what is written. */
  readonly failing: boolean
}

/** What a link has, whether it is up or not. */
export interface LinkStock {
  readonly outbox: Outbox
  readonly journals: { readonly oldestMs: number }
}

/**
 * @param stock of all links, that of the first in front
 * @param disk of all of them together
 */
export function bridgeFigures (stock: readonly [LinkStock, ...LinkStock[]], links: BridgeFigures['links'], disk: DiskFigures | null): BridgeFigures {
  const outboxes = stock.map(({ outbox }) => outbox)
  return {
    links,
    inFlight: outboxes.reduce((sum, { underWay }) => sum + underWay, 0),
    queues: outboxes.flatMap(queuesOf),
    oldestMs: Math.max(...stock.map(({ outbox, journals }) => Math.max(outbox.oldestMs, journals.oldestMs))),
    // one that all of them add to
    latency: stock[0].outbox.latency,
    limits: stock[0].outbox.terms,
    disk
  }
}

/** Of the fullest, as {@link QueueFigures.fill}: one that is full holds devices, however empty the others are. */
export function fillOf (queues: readonly QueueFigures[]): number {
  return Math.max(0, ...queues.map(({ fill }) => fill))
}

function queuesOf ({ lanes }: Outbox): QueueFigures[] {
  return lanes.map(({ priority, queued, bytes: queuedBytes, isJournaled: isOnDisk, fill }) => ({ priority, isOnDisk, queued, queuedBytes, fill }))
}
