/** The text that Prometheus scrapes. Every number is read when it is asked for; between two scrapes nothing is done. */
import { Counter, Gauge, type Metric as PromMetric, type MetricObjectWithValues, type MetricValue, Registry } from 'prom-client'
import { latencyBounds } from '../../metrics/latency-histogram.ts'
import type { HistogramMetric, Metric, MetricSource, PlainMetric, Spread } from './metric.ts'

export interface Exposition {
  readonly contentType: string
  readonly text: () => Promise<string>
}

export function expositionOf (metrics: readonly Metric[], source: MetricSource): Exposition {
  const registry = new Registry()
  for (const metric of metrics) {
    if (metric.type === 'histogram') registry.registerMetric(new ReadHistogram(metric, source) as unknown as PromMetric) // all that a registry calls of one is get and reset
    else register(metric, source, registry)
  }
  return { contentType: registry.contentType, text: async () => registry.metrics() }
}

function register ({ name, type, help, labels, read }: PlainMetric, source: MetricSource, registry: Registry): void {
  const about = { name, help, labelNames: [...labels], registers: [registry] }
  // counters stand in plain numbers elsewhere: each time they are taken over as they are
  if (type === 'gauge') {
    const gauge = new Gauge({
      ...about,
      collect () {
        gauge.reset()
        for (const [values, value] of read(source)) gauge.set(values, value)
      }
    })
    return
  }
  const counter = new Counter({
    ...about,
    collect () {
      counter.reset()
      for (const [values, value] of read(source)) counter.inc(values, value)
    }
  })
}

/** Buckets that stand elsewhere: a histogram of prom-client would count each message itself. */
class ReadHistogram {
  readonly name: string
  readonly #metric: HistogramMetric
  readonly #source: MetricSource

  constructor (metric: HistogramMetric, source: MetricSource) {
    this.name = metric.name
    this.#metric = metric
    this.#source = source
  }

  get (): MetricObjectWithValues<MetricValue<string>> {
    const { name, help, read } = this.#metric
    return { name, help, type: 'histogram', aggregator: 'sum', values: read(this.#source).flatMap(spread => samplesOf(name, spread)) } as unknown as MetricObjectWithValues<MetricValue<string>> // its types have a number for each type of metric
  }

  reset (): void {}
}

function samplesOf (name: string, [labels, { counts, sum }]: Spread): readonly (MetricValue<string> & { readonly metricName: string })[] {
  let total = 0
  const buckets = [...latencyBounds.map(String), '+Inf'].map((le, i) => {
    total += counts[i] ?? 0
    return { metricName: `${name}_bucket`, labels: { ...labels, le }, value: total }
  })
  return [...buckets, { metricName: `${name}_sum`, labels, value: sum }, { metricName: `${name}_count`, labels, value: total }]
}
