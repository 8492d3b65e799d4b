/** From the two ends of a window to figures. */
import type { HistogramRecord } from '../wire/histogram.ts'
import { Histogram } from '../wire/histogram.ts'
import type { Figures } from './result.ts'
import type { Rig } from './rig.ts'
import type { Edge } from './window.ts'

export interface Extra {
  readonly latency?: HistogramRecord
  readonly drainRate?: number
  readonly recovery?: number
  readonly longestPause?: number
}

export function figuresOf (begin: Edge, end: Edge, rig: Rig, extra: Extra): Figures {
  const seconds = (end.sink.at - begin.sink.at) / 1e6
  const arrived = end.sink.received - begin.sink.received
  const latency = extra.latency === undefined ? null : Histogram.from([extra.latency])
  const quantile = (share: number): number | null => latency === null || latency.total === 0 ? null : latency.quantile(share)
  return {
    seconds,
    rate: end.source.sent === 0 ? null : arrived / seconds,
    bytesPerSecond: (end.sink.bytes - begin.sink.bytes) / seconds,
    p50: quantile(0.5),
    p90: quantile(0.9),
    p99: quantile(0.99),
    p999: quantile(0.999),
    max: quantile(1),
    longestPause: extra.longestPause ?? null,
    ...costs(begin, end, seconds, arrived),
    ready: rig.target?.readyAfter ?? null,
    bridged: rig.bridgedAfter === 0 ? null : rig.bridgedAfter,
    drainRate: extra.drainRate ?? null,
    recovery: extra.recovery ?? null
  }
}

type Costs = Pick<Figures, 'cpuPerMessage' | 'cpuShare' | 'memory' | 'memoryBefore' | 'memoryAfter' | 'switches'>

function costs (begin: Edge, end: Edge, seconds: number, arrived: number): Costs {
  if (begin.target === null || end.target === null) return { cpuPerMessage: null, cpuShare: null, memory: null, memoryBefore: null, memoryAfter: null, switches: null }
  const cpu = end.target.cpu - begin.target.cpu
  return {
    cpuPerMessage: arrived === 0 ? null : cpu / arrived,
    cpuShare: cpu / 1e6 / seconds,
    memory: end.target.peak,
    memoryBefore: begin.target.resident,
    memoryAfter: end.target.resident,
    switches: (end.target.switches - begin.target.switches) / seconds
  }
}
