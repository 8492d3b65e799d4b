/** Warm-up, a measured window in which something may happen, then all that is on the way. */
import { drain } from './drain.ts'
import { figuresOf } from './figures.ts'
import type { FlowResult } from './flow.ts'
import { incidentOf } from './incident.ts'
import type { Rig } from './rig.ts'
import { accountingOf, doubtsOf, reasonsOf, warningsOf } from './verdict.ts'
import { closeWindow, openWindow } from './window.ts'
import { Histogram } from '../wire/histogram.ts'

const TENTHS = 10

export async function steady (rig: Rig): Promise<FlowResult> {
  const { plan } = rig
  plan.phase('warming up')
  await rig.source.ask('start', null)
  await rig.sleep(plan.warmupMs)
  plan.phase('measuring')
  const begin = await openWindow(rig)
  rig.target?.markCourse()
  const incident = incidentOf(rig)
  await Promise.all([rig.sleep(plan.durationMs), incident.during()])
  const end = await closeWindow(rig)
  const memoryCourse = rig.target?.course(TENTHS) ?? []
  await rig.source.ask('stop', null)
  plan.phase('draining')
  const drained = await drain(rig, plan.drainMs)
  // only now: a target that stands still at the end of the window must not look quick, since what it holds has not arrived
  const { latency, tails, lateness } = await rig.sink.ask('distributions', null).then(async sink => ({ ...sink, lateness: (await rig.source.ask('distributions', null)).lateness }))
  const after = await incident.after()
  const counts = accountingOf(drained, plan.case.workload.qos)
  const figures = figuresOf(begin, end, rig, { latency, tails, longestPause: end.sink.longestPause, ...incident.extra() })
  return {
    figures,
    accounting: counts,
    reasons: [...reasonsOf(counts, drained, plan), ...after],
    warnings: [...warningsOf(counts, drained, plan), ...doubtsOf(begin, end, plan), ...late(lateness, figures.p99)],
    latency,
    memoryCourse
  }
}

/** A generator that could not keep its own schedule spoils what it measures. */
function late (lateness: FlowResult['latency'], p99: number | null): string[] {
  if (lateness === null || p99 === null) return []
  const own = Histogram.from([lateness])
  const behind = own.quantile(0.99)
  if (own.total === 0 || behind < 1000 || behind < p99 / 3) return []
  return [`the generator was ${(behind / 1000).toFixed(1)} ms behind its schedule at p99 (${(p99 / 1000).toFixed(1)} ms is the whole): it or the target's reading held it up`]
}
