/** One run of one target: whatever happens, it ends with a result and without a process left behind. */
import { CausewayError, reasonOf } from '../../errors.ts'
import { BenchError, benchCodes } from '../errors.ts'
import { backlog } from './backlog.ts'
import type { FlowResult } from './flow.ts'
import { idle } from './idle.ts'
import type { RunPlan } from './plan.ts'
import type { RunResult } from './result.ts'
import { Rig } from './rig.ts'
import { steady } from './steady.ts'

const flows: Readonly<Record<RunPlan['case']['flow'], (rig: Rig) => Promise<FlowResult>>> = { steady, backlog, idle }

/** Why a target can not take part in a case; null: it can. */
export function excluded (plan: Pick<RunPlan, 'case' | 'target'>): string | null {
  const { flow, direction, incident } = plan.case
  if (plan.target.kind === 'direct' && (flow !== 'steady' || direction !== 'up' || incident !== 'none')) return 'is no bridge, only a limit of throughput'
  if (plan.target.kind === 'external' && incident === 'rotate') return 'is not ours to rotate'
  return null
}

/** @throws only when the campaign was stopped or the harness itself is broken */
export async function runOnce (plan: RunPlan): Promise<RunResult> {
  const identity = { scenario: plan.scenario, case: plan.case.label, target: plan.target.label, round: plan.round }
  let rig: Rig | null = null
  try {
    rig = await Rig.open(plan)
    await rig.connect()
    const given = await flows[plan.case.flow](rig)
    return { ...identity, outcome: given.reasons.length === 0 ? 'passed' : 'failed', settings: rig.launch.settings, ...given }
  } catch (thrown) {
    plan.signal.throwIfAborted()
    if (thrown instanceof BenchError && thrown.code === benchCodes.PORT_TAKEN) throw thrown
    return { ...identity, outcome: 'error', reasons: [wordsOf(thrown)], warnings: [], settings: rig?.launch.settings ?? [], figures: null, accounting: null, latency: null, memoryCourse: [] }
  } finally {
    plan.phase('stopping')
    await rig?.close()
  }
}

function wordsOf (thrown: unknown): string {
  if (!(thrown instanceof CausewayError)) return reasonOf(thrown)
  return thrown.hint === '' ? thrown.message : `${thrown.message} (${thrown.hint})`
}
