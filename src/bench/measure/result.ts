/** What one run of one target gave. Times are in microseconds, sizes in bytes; null: not known here, or no matter of this scenario. */
import type { HistogramRecord } from '../wire/histogram.ts'

export interface Figures {
  /** Seconds of the measured window. */
  readonly seconds: number
  /** Messages that arrived, a second; null where none were sent. */
  readonly rate: number | null
  /** Payload bytes that arrived, a second. */
  readonly bytesPerSecond: number
  readonly p50: number | null
  readonly p90: number | null
  readonly p99: number | null
  /** The p99 of the median second; that of the whole where the window has no whole second. */
  readonly secondP99: number | null
  readonly p999: number | null
  readonly max: number | null
  /** Of what must not wait behind a backlog. */
  readonly urgentP99: number | null
  readonly longestPause: number | null
  /** The longest of the median rotation. */
  readonly rotationPause: number | null
  /** CPU of the target alone for one message that arrived. */
  readonly cpuPerMessage: number | null
  /** Share of one core that the target used. */
  readonly cpuShare: number | null
  /** The target's memory: highest, and at the two ends of the window. */
  readonly memory: number | null
  readonly memoryBefore: number | null
  readonly memoryAfter: number | null
  /** Context switches of the target, a second. */
  readonly switches: number | null
  /** From the start of the process until it was ready, and until its bridge was connected. */
  readonly ready: number | null
  readonly bridged: number | null
  /** Backlog: messages a second once the remote was back. */
  readonly drainRate: number | null
  /** Reconnect storm: until the last device was back. */
  readonly recovery: number | null
}

export interface Accounting {
  readonly sent: number
  /** By the target, towards its devices; QoS 1 and 2. */
  readonly acknowledged: number
  readonly received: number
  readonly lost: number
  readonly duplicates: number
  readonly reordered: number
  /** Still on the way when patience ended. */
  readonly unfinished: number
}

export interface RunResult {
  readonly scenario: string
  readonly case: string
  readonly target: string
  /** From 1. */
  readonly round: number
  readonly outcome: 'passed' | 'failed' | 'error'
  /** Why it is not passed. */
  readonly reasons: readonly string[]
  /** What a reader must know before believing the figures. */
  readonly warnings: readonly string[]
  readonly settings: readonly string[]
  /** null where the run came to nothing. */
  readonly figures: Figures | null
  readonly accounting: Accounting | null
  readonly latency: HistogramRecord | null
  /** Resident memory over the window, tenth by tenth, in bytes; empty where it was not followed. */
  readonly memoryCourse: readonly number[]
}
