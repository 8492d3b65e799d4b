/** The text that Prometheus scrapes. Every number is read when it is asked for; between two scrapes nothing is done. */
import { Counter, Gauge, Registry } from 'prom-client'
import type { Metric, MetricSource } from './metric.ts'

export interface Exposition {
  readonly contentType: string
  readonly text: () => Promise<string>
}

export function expositionOf (metrics: readonly Metric[], source: MetricSource): Exposition {
  const registry = new Registry()
  for (const metric of metrics) register(metric, source, registry)
  return { contentType: registry.contentType, text: async () => registry.metrics() }
}

function register ({ name, type, help, labels, read }: Metric, source: MetricSource, registry: Registry): void {
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
