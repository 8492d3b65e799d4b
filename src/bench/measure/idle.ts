/** Devices are connected and say nothing: what the target costs at rest. */
import { figuresOf } from './figures.ts'
import type { FlowResult } from './flow.ts'
import type { Rig } from './rig.ts'
import { doubtsOf } from './verdict.ts'
import { closeWindow, openWindow } from './window.ts'

export async function idle (rig: Rig): Promise<FlowResult> {
  const { plan } = rig
  plan.phase('coming to rest')
  await rig.sleep(plan.warmupMs)
  plan.phase('resting')
  const begin = await openWindow(rig)
  await rig.sleep(plan.durationMs)
  const end = await closeWindow(rig)
  const { links } = end.source
  const wanted = plan.case.workload.connections
  return {
    figures: figuresOf(begin, end, rig, {}),
    accounting: null,
    reasons: links < wanted ? [`only ${links} of ${wanted} devices were connected at the end`] : [],
    warnings: doubtsOf(begin, end, plan),
    latency: null,
    memoryCourse: []
  }
}
