/** The remote goes away, devices go on until their count is sent or the target holds them, the remote comes back: how fast is all of it there. */
import { withDeadline } from '../../deadline.ts'
import { BenchError, benchCodes } from '../errors.ts'
import { drain } from './drain.ts'
import { figuresOf } from './figures.ts'
import type { FlowResult } from './flow.ts'
import type { Rig } from './rig.ts'
import { accountingOf, doubtsOf, reasonsOf, warningsOf } from './verdict.ts'
import { closeWindow, openWindow } from './window.ts'

const POLL_MS = 50
/** Without a new acknowledgement for so long the target holds its devices, which is its right. */
const HELD_MS = 2000

export async function backlog (rig: Rig): Promise<FlowResult> {
  const { plan, generator, receiver } = rig
  await receiver.ask('away', null)
  plan.phase('remote away')
  await generator.ask('start', null)
  const taken = await filled(rig)
  plan.phase('remote back')
  await receiver.ask('back', null)
  const begin = await openWindow(rig)
  const back = await comesBack(rig)
  if (plan.case.urgent) await generator.ask('hurry', null)
  const drained = await drain(rig, plan.drainMs)
  const end = await closeWindow(rig)
  const { latency, urgent } = await receiver.ask('distributions', null)
  await generator.ask('stop', null)
  const counts = accountingOf(drained, plan.case.workload.qos)
  const span = (end.sink.lastArrival - end.sink.firstArrival) / 1e6
  const drainRate = span > 0 ? end.sink.received / span : 0
  return {
    figures: figuresOf(begin, end, rig, { urgent, drainRate, recovery: Math.max(0, end.sink.firstArrival - begin.sink.at) }),
    accounting: counts,
    reasons: [...back, ...reasonsOf(counts, drained, plan)],
    warnings: [...held(taken, plan.case.workload.count ?? 0), ...warningsOf(counts, drained, plan), ...doubtsOf(begin, end, plan)],
    latency,
    memoryCourse: []
  }
}

/** How long a bridge waits before it dials again is not what is measured: nothing counts as over before it has, or patience ends. */
async function comesBack (rig: Rig): Promise<string[]> {
  const { drainMs, signal } = rig.plan
  try {
    await withDeadline(signal, drainMs, async deadline => rig.guard(rig.bridged(deadline)))
    return []
  } catch (thrown) {
    if (!(thrown instanceof BenchError) || thrown.code !== benchCodes.NO_BRIDGE) throw thrown
    return [`did not come back within ${drainMs / 1000} s once the remote was there again`]
  }
}

/** Messages acknowledged while the remote was away. */
async function filled (rig: Rig): Promise<number> {
  const { workload } = rig.plan.case
  const { qos, count } = workload
  let last = -1
  let lastAt = Date.now()
  for (;;) {
    const { sent, acknowledged } = await rig.guard(rig.generator.ask('snapshot', null))
    const done = qos === 0 ? sent : acknowledged
    if (done >= (count ?? 0)) return done
    if (done !== last) {
      last = done
      lastAt = Date.now()
    }
    if (Date.now() - lastAt > HELD_MS) return done
    await rig.sleep(POLL_MS)
  }
}

function held (taken: number, count: number): string[] {
  return taken >= count ? [] : [`while the remote was away it took ${taken.toLocaleString('en')} of ${count.toLocaleString('en')} messages and held its devices`]
}
