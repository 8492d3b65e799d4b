/** The table of goals as Markdown: it is read on a terminal and pasted into a page. */
import type { BenchDocument } from '../report/document.ts'
import { headLines } from '../report/document.ts'
import type { RunResult } from '../measure/result.ts'
import { short, spread, time, whole } from '../report/words.ts'
import { spreadOf } from '../report/statistics.ts'
import type { Row } from './table-rows.ts'

export function tableMarkdown (document: BenchDocument, rows: readonly Row[]): string {
  const targets = document.targets.map(({ label, version, settings }) => `* ${label} ${version}: ${settings.join(', ')}`)
  return [
    '# Speed goals',
    headLines(document).join('\n\n'),
    `\`\`\`sh\n${document.command}\n\`\`\``,
    targets.join('\n'),
    ...(document.missed === 0 ? [] : [`**Stopped before the end: ${document.missed} runs were not made.**`]),
    ['| case | aim | measured | met |', '|---|---|---|---|', ...rows.map(({ what, aim, figure, met }) => `| ${what} | ${aim} | ${figure} | ${met} |`)].join('\n'),
    '## The runs behind it',
    ['| run | target | messages/s | CPU a message | p99 | peak memory | lost |', '|---|---|---:|---:|---:|---:|---:|', ...kinds(document.runs).map(runLine)].join('\n'),
    ...notes(document.runs)
  ].join('\n\n') + '\n'
}

function kinds (runs: readonly RunResult[]): (readonly RunResult[])[] {
  const found = new Map<string, RunResult[]>()
  for (const run of runs) {
    const key = `${run.case} ${run.target}`
    found.set(key, [...found.get(key) ?? [], run])
  }
  return [...found.values()]
}

function runLine (runs: readonly RunResult[]): string {
  const cell = (value: (run: RunResult) => number | null, words: (value: number) => string): string => spread(spreadOf(runs.map(value)), words)
  const cells = [
    runs[0]?.case ?? '',
    runs[0]?.target ?? '',
    cell(({ figures }) => figures?.drainRate ?? figures?.rate ?? null, whole),
    cell(({ figures }) => figures?.cpuPerMessage ?? null, value => `${short(value)} µs`),
    cell(({ figures }) => figures?.p99 ?? null, time),
    cell(({ figures }) => figures?.memory ?? null, value => `${short(value / 1e6)} MB`),
    whole(runs.reduce((sum, { accounting }) => sum + (accounting?.lost ?? 0), 0))
  ]
  return `| ${cells.join(' | ')} |`
}

/** What failed, and what a reader must know, each once. */
function notes (runs: readonly RunResult[]): string[] {
  const said = new Map<string, number>()
  for (const run of runs) {
    for (const note of [...run.reasons.map(reason => `${run.outcome}: ${reason}`), ...run.warnings]) {
      const key = `${run.case}, ${run.target}: ${note.split('\n')[0]?.replaceAll(/[\d.,]+(?= %| ms| messages| connections)/g, '…') ?? ''}`
      said.set(key, (said.get(key) ?? 0) + 1)
    }
  }
  return said.size === 0 ? [] : ['## Notes', [...said].map(([note, count]) => `* ${note}${count === 1 ? '' : ` (${count} rounds)`}`).join('\n')]
}
