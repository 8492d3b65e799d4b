/** What a metric is: its name, what it says, and how its samples are read from plain numbers when somebody asks. */
import type { AdminPort, NotificationsPort, ProcessPort } from '../admin-port.ts'
import type { EventLoop } from '../event-loop.ts'
import type { EventTotals } from '../event-totals.ts'
import type { LatencyHistogram } from '../../metrics/latency-histogram.ts'

/** What samples are read from. */
export interface MetricSource {
  readonly edge: AdminPort
  readonly process: ProcessPort
  readonly eventLoop: EventLoop
  readonly totals: EventTotals
  readonly notifications: NotificationsPort
}

type Labels = Readonly<Record<string, string>>
export type Sample = readonly [labels: Labels, value: number]
export type Spread = readonly [labels: Labels, histogram: LatencyHistogram]

interface About {
  /** By the conventions of Prometheus: unit at the end, `_total` for counters. */
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
}

export interface PlainMetric extends About {
  readonly type: 'counter' | 'gauge'
  readonly read: (source: MetricSource) => readonly Sample[]
}

/** In seconds. */
export interface HistogramMetric extends About {
  readonly type: 'histogram'
  readonly read: (source: MetricSource) => readonly Spread[]
}

export type Metric = PlainMetric | HistogramMetric
