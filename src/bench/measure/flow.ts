/** What the course of a run gives, whichever course it is. */
import type { HistogramRecord } from '../wire/histogram.ts'
import type { Accounting, Figures } from './result.ts'

export interface FlowResult {
  readonly figures: Figures
  readonly accounting: Accounting | null
  readonly reasons: readonly string[]
  readonly warnings: readonly string[]
  readonly latency: HistogramRecord | null
  /** Resident memory of the target over the window, tenth by tenth; empty where it was not followed. */
  readonly memoryCourse: readonly number[]
}
