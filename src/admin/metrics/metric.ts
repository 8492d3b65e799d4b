/** What a metric is: its name, what it says, and how its samples are read from plain numbers when somebody asks. */
import type { AdminPort, ProcessPort } from '../admin-port.ts'
import type { EventLoop } from '../event-loop.ts'
import type { EventTotals } from '../event-totals.ts'

/** What samples are read from. */
export interface MetricSource {
  readonly edge: AdminPort
  readonly process: ProcessPort
  readonly eventLoop: EventLoop
  readonly totals: EventTotals
}

export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

export interface Metric {
  /** By the conventions of Prometheus: unit at the end, `_total` for counters. */
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly labels: readonly string[]
  readonly read: (source: MetricSource) => readonly Sample[]
}
