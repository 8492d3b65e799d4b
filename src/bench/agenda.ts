/** What is to be run, in which order: scenarios with the options worked in, and rounds that alternate the targets. */
import type { BenchOptions } from './options.ts'
import type { Case, Scenario } from './scenario.ts'
import { quickLook, scenarioNamed, scenarios } from './scenarios.ts'
import type { Target } from './target/target.ts'
import { excluded } from './measure/run-once.ts'

const USUAL_MS = 5000
const USUAL_ROUNDS = 3

export interface Appointment {
  readonly scenario: Scenario
  readonly case: Case
  readonly target: Target
  readonly round: number
  readonly durationMs: number
}

export function roundsOf (options: BenchOptions): number {
  return options.rounds ?? USUAL_ROUNDS
}

export function chosenScenarios (options: BenchOptions): readonly Scenario[] {
  const names = options.scenarios.length === 0 ? quickLook : options.scenarios
  const chosen = names.includes('all') ? scenarios : names.map(scenarioNamed)
  return chosen.map(scenario => ({ ...scenario, cases: distinct(scenario.cases.map(each => changed(each, options))) }))
}

function changed (each: Case, options: BenchOptions): Case {
  const { reading, stalled } = options
  const workload = { ...each.workload, ...options.workload }
  // topics follow the connections unless somebody says otherwise
  const topics = options.workload.topics ?? (each.workload.topics === each.workload.connections ? workload.connections : workload.topics)
  return { ...each, workload: { ...workload, topics }, reading: reading ?? each.reading, stalled: stalled ?? each.stalled }
}

/** An option may have taken away what told cases apart. */
function distinct (cases: readonly Case[]): readonly Case[] {
  const seen = new Map<string, Case>()
  for (const each of cases) {
    const key = JSON.stringify({ ...each, label: '', x: 0 })
    const before = seen.get(key)
    seen.set(key, before === undefined ? each : { ...before, label: '' })
  }
  return [...seen.values()]
}

export function appointments (chosen: readonly Scenario[], targets: readonly Target[], options: BenchOptions): Appointment[] {
  const all: Appointment[] = []
  for (const scenario of chosen) {
    const durationMs = options.durationMs ?? (scenario.seconds === null ? USUAL_MS : scenario.seconds * 1000)
    for (const each of scenario.cases) {
      const taking = targets.filter(target => excluded({ case: each, target }) === null)
      for (let round = 1; round <= roundsOf(options); round++) {
        // back and forth, so that who follows whom changes
        const order = round % 2 === 1 ? taking : taking.toReversed()
        for (const target of order) all.push({ scenario, case: each, target, round, durationMs })
      }
    }
  }
  return all
}
