/** A campaign put together: for each case and target the medians of its rounds, and the ratios to the baseline pair by pair. */
import { Histogram } from '../wire/histogram.ts'
import type { Accounting, Figures, RunResult } from '../measure/result.ts'
import type { Case, Figure, Scenario } from '../scenario.ts'
import type { Workload } from '../wire/workload.ts'
import { type Spread, spreadOf } from './statistics.ts'

export interface Entry {
  readonly target: string
  readonly runs: number
  /** The worst of its runs. */
  readonly outcome: RunResult['outcome']
  readonly reasons: readonly string[]
  readonly warnings: readonly string[]
  readonly figures: Readonly<Record<keyof Figures, Spread | null>>
  /** Sums over the rounds. */
  readonly accounting: Accounting | null
  /** Of the scenario's figure to the baseline's of the same round; above 1 is better. null for the baseline. */
  readonly ratio: Spread | null
  /** Of CPU per message; below 1 is less. */
  readonly cpuRatio: Spread | null
  /** Latency in microseconds at shares of the messages, all rounds together. */
  readonly curve: readonly (readonly [share: number, micros: number])[]
  /** Resident memory over the window of the last round, tenth by tenth. */
  readonly memoryCourse: readonly number[]
}

export interface CaseReport {
  readonly label: string
  readonly x: number
  readonly workload: Workload
  readonly entries: readonly Entry[]
}

export interface ScenarioReport {
  readonly name: string
  readonly summary: string
  readonly about: Figure
  readonly cases: readonly CaseReport[]
}

const worst = ['passed', 'failed', 'error'] as const
const figureNames = [
  'seconds', 'rate', 'bytesPerSecond', 'p50', 'p90', 'p99', 'secondP99', 'p999', 'max', 'urgentP99', 'longestPause', 'rotationPause', 'cpuPerMessage', 'cpuShare', 'memory',
  'memoryBefore', 'memoryAfter', 'switches', 'ready', 'bridged', 'drainRate', 'recovery'
] as const satisfies readonly (keyof Figures)[]

/** Points of the latency curve: dense where the tail is. */
const shares = [0, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 0.9999, 1]

export function scenarioReports (scenarios: readonly Scenario[], results: readonly RunResult[], baseline: string | null): ScenarioReport[] {
  return scenarios.map(scenario => ({
    name: scenario.name,
    summary: scenario.summary,
    about: scenario.about,
    cases: scenario.cases.map(each => caseReport(scenario, each, results.filter(result => result.scenario === scenario.name && result.case === each.label), baseline))
  }))
}

function caseReport (scenario: Scenario, each: Case, results: readonly RunResult[], baseline: string | null): CaseReport {
  const labels = [...new Set(results.map(({ target }) => target))]
  const base = results.filter(({ target }) => target === baseline)
  const entries = labels.map(label => entryOf(results.filter(({ target }) => target === label), label === baseline ? [] : base, scenario.about))
  return { label: each.label, x: each.x, workload: each.workload, entries: entries.sort((a, b) => a.target === baseline ? -1 : b.target === baseline ? 1 : 0) }
}

function entryOf (runs: readonly RunResult[], base: readonly RunResult[], about: Figure): Entry {
  const figure = (name: keyof Figures): Spread | null => spreadOf(runs.map(({ figures }) => figures?.[name] ?? null))
  return {
    target: runs[0]?.target ?? '',
    runs: runs.length,
    outcome: runs.map(({ outcome }) => outcome).reduce((a, b) => worst.indexOf(b) > worst.indexOf(a) ? b : a, 'passed'),
    reasons: gathered(runs.map(({ reasons }) => reasons)),
    warnings: gathered(runs.map(({ warnings }) => warnings)),
    figures: recordOf(figure),
    accounting: summed(runs),
    ratio: ratios(runs, base, (mine, its) => better(about, mine, its)),
    cpuRatio: ratios(runs, base, (mine, its) => divided(mine.cpuPerMessage, its.cpuPerMessage)),
    curve: curveOf(runs),
    memoryCourse: runs.at(-1)?.memoryCourse ?? []
  }
}

/** Sentences that differ in their numbers alone are said once, with the rounds they hold for. */
function gathered (rounds: readonly (readonly string[])[]): string[] {
  const kinds = new Map<string, string[]>()
  for (const sentence of rounds.flat()) {
    const kind = sentence.replaceAll(/[\d.,]+/g, '#')
    kinds.set(kind, [...kinds.get(kind) ?? [], sentence])
  }
  return [...kinds.values()].map(([first = '', ...more]) => more.length === 0 ? first : `${first} (and the like in ${more.length} more ${more.length === 1 ? 'round' : 'rounds'})`)
}

function recordOf (figure: (name: keyof Figures) => Spread | null): Entry['figures'] {
  return Object.fromEntries(figureNames.map(name => [name, figure(name)])) as Entry['figures'] // the table above names them all
}

function better (about: Figure, mine: Figures, its: Figures): number | null {
  return about === 'rate' || about === 'drainRate' ? divided(mine[about], its[about]) : divided(its[about], mine[about])
}

function divided (above: number | null, below: number | null): number | null {
  return above === null || below === null || below === 0 ? null : above / below
}

/** Runs of the same round are neighbours in time: their ratio is what a noisy machine spoils least. */
function ratios (runs: readonly RunResult[], base: readonly RunResult[], ratio: (mine: Figures, its: Figures) => number | null): Spread | null {
  return spreadOf(runs.map(({ round, figures }) => {
    const its = base.find(other => other.round === round)?.figures ?? null
    return figures === null || its === null ? null : ratio(figures, its)
  }))
}

function summed (runs: readonly RunResult[]): Accounting | null {
  const counts = runs.flatMap(({ accounting }) => accounting === null ? [] : [accounting])
  if (counts.length === 0) return null
  const sum = (name: keyof Accounting): number => counts.reduce((total, each) => total + each[name], 0)
  return { sent: sum('sent'), acknowledged: sum('acknowledged'), received: sum('received'), lost: sum('lost'), duplicates: sum('duplicates'), reordered: sum('reordered'), unfinished: sum('unfinished') }
}

function curveOf (runs: readonly RunResult[]): Entry['curve'] {
  const all = Histogram.from(runs.flatMap(({ latency }) => latency === null ? [] : [latency]))
  return all.total === 0 ? [] : shares.map(share => [share, all.quantile(share)] as const)
}
