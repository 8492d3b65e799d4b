/** The report as Markdown, for `docs/benchmarks.md`. */
import { agreementMarkdown } from './agreement-text.ts'
import { columnsFor, remarksOn } from './columns.ts'
import { type BenchDocument, headLines } from './document.ts'
import type { CaseReport, ScenarioReport } from './report.ts'

export function markdownText (document: BenchDocument): string {
  const targets = document.targets.map(({ label, version, settings }) => `* ${plain(label)} ${plain(version)}: ${plain(settings.join(', '))}`)
  return [
    '# Benchmarks',
    'This page is written by the harness; [how to run and read it](guide/benchmarking.md).',
    headLines(document).map(plain).join('\n\n'),
    `\`\`\`sh\n${document.command}\n\`\`\``,
    targets.join('\n'),
    ...(document.missed === 0 ? [] : [`**Stopped before the end: ${document.missed} runs were not made.**`]),
    ...document.scenarios.flatMap(scenarioText),
    ...agreementMarkdown(document.against)
  ].join('\n\n') + '\n'
}

function scenarioText (report: ScenarioReport): string[] {
  const cases = report.cases.filter(({ entries }) => entries.length > 0)
  return cases.length === 0 ? [] : [`## ${report.name}`, sentence(report.summary), ...cases.flatMap(each => caseText(report, each))]
}

function caseText (report: ScenarioReport, each: CaseReport): string[] {
  const columns = columnsFor(report.about, each.entries)
  const row = (cells: readonly string[]): string => `| ${cells.map(plain).join(' | ')} |`
  const table = [
    row(columns.map(({ title }) => title)),
    `|${columns.map(({ numeric }) => numeric ? '---:' : '---').join('|')}|`,
    ...each.entries.map(entry => row(columns.map(({ text }) => text(entry))))
  ].join('\n')
  const notes = each.entries.flatMap(entry => [...entry.reasons, ...remarksOn(entry, report.about)].map(note => `* ${plain(entry.target)}: ${plain(note)}`))
  return [...(each.label === '' ? [] : [`### ${each.label}`]), table, ...(notes.length === 0 ? [] : [notes.join('\n')])]
}

function sentence (text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

/** A cell is one line, and no stranger's text draws a table. */
function plain (text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll(/\s*\n\s*/g, ' ')
}
