/** Metrics of the process. */
import type { Metric, MetricSource, PlainMetric } from './metric.ts'

function processMetric (type: PlainMetric['type'], name: string, help: string, read: (source: MetricSource) => number): Metric {
  return { name, type, help, labels: [], read: source => [[{}, read(source)]] }
}

export const processMetrics: readonly Metric[] = [
  {
    name: 'causeway_build_info',
    type: 'gauge',
    help: 'Always 1; version of Causeway and of Node.js.',
    labels: ['version', 'node'],
    read: ({ process: { version } }) => [[{ version, node: process.version }, 1]]
  },
  processMetric('gauge', 'process_start_time_seconds', 'When the process was started, in seconds since 1970.', ({ process: { startedAt } }) => startedAt / 1000),
  processMetric('counter', 'process_cpu_seconds_total', 'CPU time of the process.', () => {
    const { user, system } = process.cpuUsage()
    return (user + system) / 1e6
  }),
  {
    name: 'causeway_reloads_total',
    type: 'counter',
    help: 'Reloads of the configuration, by what came of them: applied, unchanged, refused (needs a restart), invalid.',
    labels: ['outcome'],
    read: ({ edge }) => Object.entries(edge.reloads).map(([outcome, count]) => [{ outcome }, count])
  },
  processMetric('gauge', 'process_resident_memory_bytes', 'Memory of the process.', () => process.memoryUsage.rss()),
  {
    name: 'causeway_event_loop_delay_seconds',
    type: 'gauge',
    help: 'By how much a timer of 10 ms came late since the scrape before: median, p99 (of 99 %) and longest. On an idle machine it is near 0.',
    // not quantile, which is a summary's
    labels: ['statistic'],
    read: ({ eventLoop }) => {
      const { p50, p99, max } = eventLoop.takeDelay()
      return [[{ statistic: 'median' }, p50], [{ statistic: 'p99' }, p99], [{ statistic: 'longest' }, max]]
    }
  },
  processMetric('counter', 'causeway_event_loop_stalls_total', 'Turns of the event loop that took longer than half a second.', ({ eventLoop }) => eventLoop.stalls),
  processMetric('gauge', 'causeway_event_loop_longest_stall_seconds', 'The longest of them.', ({ eventLoop }) => eventLoop.longestStall)
]
