/** Two runs side by side: whether somebody who repeats a measurement gets the same ratios. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { reasonOf } from '../../errors.ts'
import { BenchError, benchCodes } from '../errors.ts'
import type { CaseReport, ScenarioReport } from './report.ts'

/** Ratios of two runs that are no further apart are called the same. */
export const AGREES_WITHIN = 0.25

/** Share of its schedule from which an open loop was held: below it waits grow as long as it lasts, and say how long that was. */
const HELD = 0.98

const ratioSchema = z.object({ median: z.number().positive() }).nullable()
const entrySchema = z.object({ target: z.string(), ratio: ratioSchema, figures: z.object({ rate: z.object({ least: z.number() }).nullable() }) })
const caseSchema = z.object({ label: z.string(), workload: z.object({ rate: z.number().positive().nullable() }), entries: z.array(entrySchema) })
const earlierSchema = z.object({
  format: z.literal(1),
  date: z.string(),
  command: z.string(),
  baseline: z.string().nullable(),
  scenarios: z.array(z.object({
    name: z.string(),
    about: z.string(),
    cases: z.array(caseSchema)
  }))
})
export type EarlierRun = z.infer<typeof earlierSchema>
type MeasuredCase = z.infer<typeof caseSchema>

export interface AgreementRow {
  readonly scenario: string
  readonly case: string
  readonly target: string
  /** Medians of the ratio to the baseline. */
  readonly before: number
  readonly now: number
  /** How much the larger is above the smaller: 0.25 is a quarter. */
  readonly apart: number
  /** `overloaded`: in one of the runs a target did not hold the schedule, so that there is nothing to agree. */
  readonly verdict: 'agrees' | 'differs' | 'overloaded'
}

export interface Agreement {
  readonly date: string
  readonly command: string
  readonly rows: readonly AgreementRow[]
}

/** @throws {BenchError} CW_BENCH_USAGE where the file is not what `--json` writes, or is of another baseline */
export async function readEarlier (file: string, baseline: string | null): Promise<EarlierRun> {
  const refused = (why: string, cause?: unknown): BenchError => new BenchError(benchCodes.USAGE, `--against ${file}: ${why}`, { hint: 'Give a file that an earlier run wrote with --json', cause })
  let content: unknown
  try {
    content = JSON.parse(await readFile(file, 'utf8'))
  } catch (thrown) {
    throw refused(reasonOf(thrown), thrown)
  }
  const read = earlierSchema.safeParse(content)
  if (!read.success) throw refused(`not the result of a run (${read.error.issues[0]?.path.join('.') ?? ''}: ${read.error.issues[0]?.message ?? ''})`)
  if (read.data.baseline !== baseline) throw refused(`its ratios are to ${read.data.baseline ?? 'nothing'}, and those of this run to ${baseline ?? 'nothing'}`)
  return read.data
}

/** What both runs measured, in the order of this one. */
export function agreementOf (earlier: EarlierRun, scenarios: readonly ScenarioReport[]): Agreement {
  const rows = scenarios.flatMap(({ name, about, cases }) => {
    const before = earlier.scenarios.find(each => each.name === name && each.about === about)?.cases ?? []
    return cases.flatMap(now => rowsOf(name, before.find(({ label }) => label === now.label), now, earlier.baseline))
  })
  return { date: earlier.date, command: earlier.command, rows }
}

function rowsOf (scenario: string, before: MeasuredCase | undefined, now: CaseReport, baseline: string | null): AgreementRow[] {
  return now.entries.flatMap(({ target, ratio }): AgreementRow[] => {
    const earlier = before?.entries.find(each => each.target === target)?.ratio
    if (before === undefined || earlier == null || ratio === null || ratio.median <= 0) return []
    const apart = Math.max(earlier.median / ratio.median, ratio.median / earlier.median) - 1
    const overloaded = [before, now].some(each => !isHeld(each, target) || !isHeld(each, baseline))
    const verdict = overloaded ? 'overloaded' : apart <= AGREES_WITHIN ? 'agrees' : 'differs'
    return [{ scenario, case: now.label, target, before: earlier.median, now: ratio.median, apart, verdict }]
  })
}

/** In all rounds. Where there is no schedule there is none to hold. */
function isHeld ({ workload, entries }: Pick<MeasuredCase, 'workload'> & { readonly entries: readonly Pick<MeasuredCase['entries'][number], 'target' | 'figures'>[] }, target: string | null): boolean {
  const rate = entries.find(each => each.target === target)?.figures.rate
  return workload.rate === null || rate == null || rate.least >= HELD * workload.rate
}

/** In one sentence or two. */
export function verdictOn ({ date, rows }: Agreement): string {
  const count = (verdict: AgreementRow['verdict']): number => rows.filter(row => row.verdict === verdict).length
  const when = `${date.slice(0, 16).replace('T', ' ')} UTC`
  if (rows.length === 0) return `The run of ${when} has no ratio that this one has too.`
  const [agreeing, apart, overloaded] = [count('agrees'), count('differs'), count('overloaded')]
  const more = apart === 0 ? '' : `; ${apart} ${apart === 1 ? 'does' : 'do'} not`
  const left = overloaded === 0 ? '' : ` Not compared: ${overloaded}, where a target did not hold the schedule.`
  return `${agreeing} of ${agreeing + apart} ratios agree within ${AGREES_WITHIN * 100} % with those of ${when}${more}.${left}`
}
