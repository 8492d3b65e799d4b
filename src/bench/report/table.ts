/** The report on a terminal or in a log. */
import { columnsFor, remarksOn } from './columns.ts'
import type { CaseReport, Entry, ScenarioReport } from './report.ts'

export interface Paint {
  readonly bold: (text: string) => string
  readonly red: (text: string) => string
  readonly dim: (text: string) => string
}

export const noPaint: Paint = { bold: text => text, red: text => text, dim: text => text }
export const terminalPaint: Paint = {
  bold: text => `\u001b[1m${text}\u001b[0m`,
  red: text => `\u001b[31m${text}\u001b[0m`,
  dim: text => `\u001b[2m${text}\u001b[0m`
}

export function tableText (reports: readonly ScenarioReport[], paint: Paint): string {
  return reports.map(report => scenarioText(report, paint)).join('\n')
}

function scenarioText (report: ScenarioReport, paint: Paint): string {
  const head = `${paint.bold(report.name)}: ${report.summary}\n`
  return head + report.cases.map(each => caseText(report, each, paint)).join('')
}

function caseText (report: ScenarioReport, each: CaseReport, paint: Paint): string {
  if (each.entries.length === 0) return ''
  const columns = columnsFor(report.about, each.entries)
  const cells = each.entries.map(entry => columns.map(({ text }) => text(entry)))
  const widths = columns.map(({ title }, place) => Math.max(title.length, ...cells.map(row => row[place]?.length ?? 0)))
  const line = (texts: readonly string[]): string => texts.map((text, place) => columns[place]?.numeric === true ? text.padStart(widths[place] ?? 0) : text.padEnd(widths[place] ?? 0)).join('  ').trimEnd()
  const rows = each.entries.map((entry, place) => {
    const text = line(cells[place] ?? [])
    return `  ${entry.outcome === 'passed' ? text : paint.red(text)}\n`
  })
  const label = each.label === '' ? '' : `  ${paint.bold(each.label)}\n`
  return `${label}  ${paint.dim(line(columns.map(({ title }) => title)))}\n${rows.join('')}${each.entries.map(entry => notes(entry, report.about, paint)).join('')}`
}

function notes (entry: Entry, about: ScenarioReport['about'], paint: Paint): string {
  const lines = [...entry.reasons.map(reason => paint.red(`${entry.target}: ${reason}`)), ...remarksOn(entry, about).map(warning => paint.dim(`${entry.target}: ${warning}`))]
  return lines.map(line => `    ${line.replaceAll('\n', '\n      ')}\n`).join('')
}
