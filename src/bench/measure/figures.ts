/** From the two ends of a window to figures. */
import type { HistogramRecord } from '../wire/histogram.ts'
import { Histogram } from '../wire/histogram.ts'
import { spreadOf } from '../report/statistics.ts'
import type { Figures } from './result.ts'
import type { Rig } from './rig.ts'
import type { Edge } from './window.ts'

export interface Extra {
  readonly latency?: HistogramRecord
  /** The p99 of each second. */
  readonly tails?: readonly number[]
  readonly drainRate?: number
  readonly recovery?: number
  readonly urgent?: HistogramRecord
  readonly longestPause?: number
  readonly rotationPause?: number
}

export function figuresOf (begin: Edge, end: Edge, rig: Rig, extra: Extra): Figures {
  const seconds = (end.sink.at - begin.sink.at) / 1e6
  const arrived = end.sink.received - begin.sink.received
  return {
    seconds,
    rate: end.source.sent === 0 ? null : arrived / seconds,
    bytesPerSecond: (end.sink.bytes - begin.sink.bytes) / seconds,
    ...latencies(extra),
    longestPause: extra.longestPause ?? null,
    rotationPause: extra.rotationPause ?? null,
    ...costs(begin, end, seconds, arrived),
    ready: rig.target?.readyAfter ?? null,
    bridged: rig.bridgedAfter === 0 ? null : rig.bridgedAfter,
    drainRate: extra.drainRate ?? null,
    recovery: extra.recovery ?? null
  }
}

type Latencies = Pick<Figures, 'p50' | 'p90' | 'p99' | 'secondP99' | 'p999' | 'max' | 'urgentP99'>

function latencies ({ latency, tails = [], urgent }: Extra): Latencies {
  const quantile = (share: number): number | null => quantileOf(latency, share)
  return {
    p50: quantile(0.5),
    p90: quantile(0.9),
    p99: quantile(0.99),
    secondP99: spreadOf(tails)?.median ?? quantile(0.99),
    p999: quantile(0.999),
    max: quantile(1),
    urgentP99: quantileOf(urgent, 0.99)
  }
}

function quantileOf (record: HistogramRecord | undefined, share: number): number | null {
  if (record === undefined) return null
  const all = Histogram.from([record])
  return all.total === 0 ? null : all.quantile(share)
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
