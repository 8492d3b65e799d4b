/** Runs the agenda one by one and keeps what came out, also when it is stopped half-way. */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Appointment } from './agenda.ts'
import type { RunPlan } from './measure/plan.ts'
import type { RunResult } from './measure/result.ts'
import { runOnce } from './measure/run-once.ts'

export type CommonPlan = Omit<RunPlan, 'scenario' | 'case' | 'target' | 'round' | 'durationMs' | 'phase'>

export interface Watcher {
  /** A run is about to begin. */
  began (appointment: Appointment, done: number, all: readonly Appointment[]): void
  phase (words: string): void
  ended (result: RunResult): void
}

export interface CampaignResult {
  readonly results: readonly RunResult[]
  /** Appointments that were not kept. */
  readonly missed: number
}

export async function runCampaign (agenda: readonly Appointment[], common: CommonPlan, watcher: Watcher): Promise<CampaignResult> {
  const results: RunResult[] = []
  const broken = new Set<string>()
  for (const [place, appointment] of agenda.entries()) {
    if (common.signal.aborted) return { results, missed: agenda.length - place }
    const key = `${appointment.scenario.name} ${appointment.case.label} ${appointment.target.label}`
    // what did not even run will not do better a second time
    if (broken.has(key)) continue
    watcher.began(appointment, place, agenda)
    try {
      const result = await runOnce({ ...common, ...planOf(appointment), dir: await freshDir(common.dir), phase: words => watcher.phase(words) })
      results.push(result)
      if (result.outcome === 'error') broken.add(key)
      watcher.ended(result)
    } catch (thrown) {
      if (!isAborted(common.signal)) throw thrown
      return { results, missed: agenda.length - place }
    }
  }
  return { results, missed: 0 }
}

/** A signal changes while one waits, which the compiler does not see. */
function isAborted (signal: AbortSignal): boolean {
  return signal.aborted
}

function planOf (appointment: Appointment): Pick<RunPlan, 'scenario' | 'case' | 'target' | 'round' | 'durationMs'> {
  return { ...appointment, scenario: appointment.scenario.name }
}

/** A spool or a log of the run before is no part of this one. */
async function freshDir (base: string): Promise<string> {
  const dir = join(base, 'run')
  await rm(dir, { recursive: true, force: true })
  await mkdir(dir, { recursive: true })
  return dir
}
