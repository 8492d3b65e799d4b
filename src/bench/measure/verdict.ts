/** Whether a run may be believed and whether it passed: loss at QoS 1 or 2 fails it, whatever its speed. */
import type { RunPlan } from './plan.ts'
import type { Accounting } from './result.ts'
import type { Edge } from './window.ts'
import type { Drained } from './drain.ts'

/** Share of its cores at which a harness process is taken to be what limits. */
const BUSY = 0.9
/** Share of one core used by strangers, and share of time stolen by the hypervisor, from which a machine is called noisy. */
const NOISE = 0.1
const STOLEN = 0.02

export function accountingOf ({ source, sink, moving }: Drained, qos: number): Accounting {
  const missing = Math.max(0, source.sent - (sink.received - sink.duplicates))
  // what was never acknowledged may still be the sender's; what was is the target's to deliver
  const onTheWay = moving ? missing : qos === 0 ? 0 : Math.min(missing, source.unacknowledged)
  return {
    sent: source.sent,
    acknowledged: source.acknowledged,
    received: sink.received,
    lost: missing - onTheWay,
    duplicates: sink.duplicates,
    reordered: sink.reordered,
    unfinished: onTheWay
  }
}

/** Why a run is not passed; empty: it is. */
export function reasonsOf (counts: Accounting, drained: Drained, plan: RunPlan): string[] {
  const { qos } = plan.case.workload
  const { source, sink } = drained
  const reasons: string[] = []
  if (counts.received === 0) reasons.push('nothing arrived')
  if (qos > 0 && counts.lost > 0) reasons.push(`lost ${amount(counts.lost)} of ${amount(counts.acknowledged)} acknowledged messages`)
  if (qos === 2 && counts.duplicates > 0) reasons.push(`${amount(counts.duplicates)} messages of QoS 2 arrived twice`)
  if (sink.foreign > 0) reasons.push(`${amount(sink.foreign)} messages arrived that were not sent in this run`)
  if (counts.unfinished > 0) reasons.push(drained.moving ? `too slow to finish: ${amount(counts.unfinished)} messages were on the way after ${plan.drainMs / 1000} s` : `${amount(counts.unfinished)} messages were never acknowledged and never arrived`)
  for (const fault of [source.fault, sink.fault]) if (fault !== null) reasons.push(`broke the protocol: ${fault}`)
  return reasons
}

/** What is no failure but has to be said. */
export function warningsOf (counts: Accounting, drained: Drained, plan: RunPlan): string[] {
  const { qos } = plan.case.workload
  const warnings: string[] = []
  if (qos === 0 && counts.lost > 0) warnings.push(`lost ${amount(counts.lost)} messages of QoS 0 (${percent(counts.lost / counts.sent)})`)
  if (qos < 2 && counts.duplicates > 0) warnings.push(`${amount(counts.duplicates)} messages arrived twice`)
  if (counts.reordered > 0) warnings.push(`${amount(counts.reordered)} messages arrived out of order`)
  const { losses } = plan.case.direction === 'up' ? drained.source : drained.sink
  if (losses > 0 && plan.case.incident === 'none') warnings.push(`the target closed ${amount(losses)} connections of devices`)
  return warnings
}

interface Shares {
  readonly source: number
  readonly sink: number
  readonly target: number
  /** Of all processes of the run. */
  readonly known: number
}

/** Whether the harness or strangers limited what was measured. */
export function doubtsOf (begin: Edge, end: Edge, plan: RunPlan): string[] {
  const micros = end.sink.at - begin.sink.at
  const share = (from: number, to: number): number => (to - from) / micros
  const source = share(begin.source.cpu, end.source.cpu)
  const sink = share(begin.sink.cpu, end.sink.cpu)
  const direct = plan.target.kind === 'direct'
  const target = direct || begin.target === null || end.target === null ? 0 : share(begin.target.cpu, end.target.cpu)
  const shares = { source, sink, target, known: source + sink + target + share(begin.own, end.own) }
  return [...bottlenecks(shares, plan), ...noise(begin, end, shares.known, plan), ...unheld(begin, end, plan)]
}

function bottlenecks ({ source, sink, target }: Shares, plan: RunPlan): string[] {
  if (plan.target.kind === 'direct') return sink > BUSY && source < BUSY ? [`the receiver filled ${percent(sink)} of its core: the limit is higher than is shown`] : []
  if (target > BUSY) return []
  const { generator, receiver } = plan.pinning
  const more = 'and the target did not fill its own: it can do more than is shown'
  if (generator !== null && generator === receiver) return source + sink > BUSY ? [`generator and receiver filled ${percent(source + sink)} of their core ${more}`] : []
  return ([['generator', source], ['receiver', sink]] as const).filter(([, used]) => used > BUSY).map(([who, used]) => `the ${who} filled ${percent(used)} of its core ${more}`)
}

function noise (begin: Edge, end: Edge, known: number, plan: RunPlan): string[] {
  if (begin.machine === null || end.machine === null) return []
  const micros = end.sink.at - begin.sink.at
  const strangers = (end.machine.busy - begin.machine.busy) / micros - known
  const stolen = (end.machine.stolen - begin.machine.stolen) / micros
  const noises: string[] = []
  if (strangers > NOISE && plan.target.kind !== 'external') noises.push(`noisy machine: other processes used ${percent(strangers)} of a core`)
  if (stolen > STOLEN) noises.push(`noisy machine: the hypervisor took ${percent(stolen)} of a core`)
  return noises
}

function unheld (begin: Edge, end: Edge, plan: RunPlan): string[] {
  const { rate } = plan.case.workload
  if (rate === null || plan.case.flow !== 'steady') return []
  const held = (end.source.sent - begin.source.sent) / (end.source.at - begin.source.at) * 1e6 / rate
  return held < 0.98 ? [`the schedule was not held: ${percent(held)} of ${amount(rate)} messages/s were sent`] : []
}

function amount (count: number): string {
  return count.toLocaleString('en')
}

function percent (share: number): string {
  return `${share * 100 < 10 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`
}
