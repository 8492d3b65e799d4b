/** All of a campaign in one object: what the JSON file holds and the page and Markdown are made of. */
import { cpus, release, totalmem } from 'node:os'
import type { RunResult } from '../measure/result.ts'
import type { Target } from '../target/target.ts'
import type { Agreement } from './agreement.ts'
import type { ScenarioReport } from './report.ts'

export interface BenchDocument {
  /** Raised when a reader of the file would have to change. */
  readonly format: 1
  readonly date: string
  readonly command: string
  readonly causeway: string
  readonly machine: Machine
  readonly targets: readonly TargetNote[]
  readonly baseline: string | null
  readonly rounds: number
  /** Runs that were not made, because it was stopped. */
  readonly missed: number
  /** How it compares with an earlier run; null: was not asked for. */
  readonly against: Agreement | null
  readonly scenarios: readonly ScenarioReport[]
  readonly runs: readonly RunResult[]
}

export interface Machine {
  readonly node: string
  readonly openssl: string
  readonly system: string
  readonly cores: string
  readonly memory: number
  readonly pinning: string
}

export interface TargetNote {
  readonly label: string
  readonly version: string
  readonly settings: readonly string[]
}

export function machineNow (pinning: string): Machine {
  const all = cpus()
  return {
    node: process.version,
    openssl: process.versions.openssl,
    system: `${process.platform} ${release()} ${process.arch}`,
    cores: `${all.length} × ${all[0]?.model.trim() ?? 'unknown'}`,
    memory: totalmem(),
    pinning
  }
}

export function targetNotes (targets: readonly Target[], runs: readonly RunResult[]): TargetNote[] {
  return targets.map(({ label, version }) => ({ label, version, settings: runs.find(run => run.target === label)?.settings ?? [] }))
}

/** What stands above every form of the report. */
export function headLines (document: BenchDocument): string[] {
  const { machine } = document
  return [
    `${document.date.slice(0, 16).replace('T', ' ')} UTC, causeway ${document.causeway}, Node ${machine.node}, OpenSSL ${machine.openssl}`,
    `${machine.system}, ${machine.cores}, ${Math.round(machine.memory / 2 ** 30)} GiB; ${machine.pinning}`,
    `${document.rounds} ${document.rounds === 1 ? 'round' : 'rounds'}, medians (least – most)${document.baseline === null ? '' : `; ratios against ${document.baseline}, round by round, above 1 × is better; CPU ratio below 1 × is less`}`
  ]
}
