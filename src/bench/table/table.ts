/** `causeway bench --table`: runs what the goals speak of, and says which are met. */
import { resolve } from 'node:path'
import { writeFile } from 'node:fs/promises'
import { type CommonPlan, runCampaign } from '../campaign.ts'
import type { BenchIo } from '../io.ts'
import type { BenchOptions } from '../options.ts'
import { type BenchDocument, machineNow, targetNotes } from '../report/document.ts'
import type { Progress } from '../report/progress.ts'
import { type CatalogueOptions, targetOf } from '../target/catalogue.ts'
import { rowsOf } from './table-rows.ts'
import { chosenRuns, tableAgenda } from './table-runs.ts'
import { tableMarkdown } from './table-text.ts'

export interface TableParts {
  readonly options: BenchOptions
  readonly common: CommonPlan
  readonly catalogue: CatalogueOptions
  readonly command: string
  readonly progress: Progress
  readonly io: BenchIo
}

/** One round is about two minutes. */
export const TABLE_ROUNDS = 5
export const TABLE_WARMUP_MS = 1000
export const TABLE_DURATION_MS = 3000

/** @returns 0 when Causeway did all that was asked of it, met or not; 1 when it lost or broke something, or when it was stopped */
export async function runTable ({ options, common, catalogue, command, progress, io }: TableParts): Promise<0 | 1> {
  const chosen = chosenRuns(options.scenarios)
  const asked = chosen.flat()
  const targets = new Map([...new Set(asked.map(({ target }) => target))].map(label => [label, targetOf(label, catalogue)]))
  const agenda = tableAgenda(chosen, targets, options.rounds ?? TABLE_ROUNDS, options.durationMs ?? TABLE_DURATION_MS)
  const { results, missed } = await runCampaign(agenda, common, progress)
  progress.close()
  const document: BenchDocument = {
    format: 1,
    date: new Date().toISOString(),
    command,
    causeway: catalogue.causewayVersion,
    machine: machineNow(common.pinning.words),
    targets: targetNotes([...targets.values()], results),
    baseline: null,
    rounds: options.rounds ?? TABLE_ROUNDS,
    missed,
    against: null,
    scenarios: [],
    runs: results
  }
  const text = tableMarkdown(document, rowsOf(asked, results))
  io.out.write(`\n${text}`)
  if (options.markdown !== null) await writeFile(resolve(io.cwd, options.markdown), text)
  if (options.json !== null) await writeFile(resolve(io.cwd, options.json), JSON.stringify(document, null, 1) + '\n')
  const sound = results.filter(({ target }) => target.startsWith('causeway')).every(({ outcome }) => outcome === 'passed')
  return missed === 0 && results.length > 0 && sound ? 0 : 1
}
