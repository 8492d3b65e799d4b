/** Two runs side by side: whether somebody who repeats a measurement gets the same ratios. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { reasonOf } from '../../errors.ts'
import { BenchError, benchCodes } from '../errors.ts'
import type { ScenarioReport } from './report.ts'

/** Ratios of two runs that are no further apart are called the same. */
export const AGREES_WITHIN = 0.25

const ratioSchema = z.object({ median: z.number().positive() }).nullable()
const earlierSchema = z.object({
  format: z.literal(1),
  date: z.string(),
  command: z.string(),
  baseline: z.string().nullable(),
  scenarios: z.array(z.object({
    name: z.string(),
    about: z.string(),
    cases: z.array(z.object({ label: z.string(), entries: z.array(z.object({ target: z.string(), ratio: ratioSchema })) }))
  }))
})
export type EarlierRun = z.infer<typeof earlierSchema>

export interface AgreementRow {
  readonly scenario: string
  readonly case: string
  readonly target: string
  /** Medians of the ratio to the baseline. */
  readonly before: number
  readonly now: number
  /** How much the larger is above the smaller: 0.25 is a quarter. */
  readonly apart: number
  readonly agrees: boolean
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
  const rows = scenarios.flatMap(({ name, about, cases }) => cases.flatMap(({ label, entries }) => entries.flatMap(({ target, ratio }): AgreementRow[] => {
    const before = earlier.scenarios.find(each => each.name === name && each.about === about)?.cases.find(each => each.label === label)?.entries.find(each => each.target === target)?.ratio
    if (before == null || ratio === null || ratio.median <= 0) return []
    const apart = Math.max(before.median / ratio.median, ratio.median / before.median) - 1
    return [{ scenario: name, case: label, target, before: before.median, now: ratio.median, apart, agrees: apart <= AGREES_WITHIN }]
  })))
  return { date: earlier.date, command: earlier.command, rows }
}

/** In one sentence. */
export function verdictOn ({ date, rows }: Agreement): string {
  const apart = rows.filter(({ agrees }) => !agrees).length
  const when = `${date.slice(0, 16).replace('T', ' ')} UTC`
  if (rows.length === 0) return `The run of ${when} has no ratio that this one has too.`
  const agreeing = `${rows.length - apart} of ${rows.length} ratios agree within ${AGREES_WITHIN * 100} % with those of ${when}`
  return apart === 0 ? `${agreeing}.` : `${agreeing}; ${apart} ${apart === 1 ? 'does' : 'do'} not.`
}
