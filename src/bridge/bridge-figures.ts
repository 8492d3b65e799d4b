/** What stands in numbers about a bridge at this moment, for who shows it. Read when it is asked for. */
import type { LatencyHistogram } from '../metrics/latency-histogram.ts'
import type { SessionTerms } from '../relay/link.ts'
import type { Outbox } from '../relay/outbox.ts'

export interface BridgeFigures {
  /** Messages of QoS 1 and 2 that were sent and are not answered in full. */
  readonly inFlight: number
  /** Age of the oldest message that waits, in milliseconds; 0 when none does. */
  readonly oldestMs: number
  /** From admission to the remote's acknowledgement. */
  readonly latency: LatencyHistogram
  /** What the remote takes, as its CONNACK says; null while the link is down. */
  readonly limits: SessionTerms | null
  /** null: nothing is kept on disk. */
  readonly disk: DiskFigures | null
}

export interface DiskFigures {
  readonly bytes: number
  /** Writes to disk, each with its sync. */
  readonly commits: LatencyHistogram
  /** The disk does not take what is written. */
  readonly failing: boolean
}

export function bridgeFigures (outbox: Outbox, { oldestMs, disk }: { readonly oldestMs: number, readonly disk: DiskFigures | null }): BridgeFigures {
  const { underWay: inFlight, latency, terms: limits } = outbox
  return {
    inFlight,
    oldestMs: Math.max(outbox.oldestMs, oldestMs),
    latency,
    limits,
    disk
  }
}
