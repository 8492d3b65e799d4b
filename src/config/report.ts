/**
 * What `causeway check` says about a file: every key with the value in force, where it comes from and what becomes of it;
 * then what is odd and what is refused. Pure: text and JSON are made from the same report. No secret gets this far.
 */
import { escapeControls } from '../control-characters.ts'
import { type Notice, showPlace } from './notice.ts'
import type { Entry, Fate } from './schema/ledger.ts'

export interface ConfigReport {
  /** As it was named. */
  readonly file: string
  /** All files that were read, absolute. */
  readonly files: readonly string[]
  readonly entries: readonly Entry[]
  readonly warnings: readonly Notice[]
  /** What works and could be better. */
  readonly advice: readonly Notice[]
  /** Empty: the file can be started on. */
  readonly problems: readonly Problem[]
}

/** With the line of the file and a caret below the place; empty without one. Secrets in it are masked. */
export interface Problem extends Notice {
  readonly excerpt: string
}

export interface RenderOptions {
  readonly colour: boolean
  /** Columns of the terminal. */
  readonly width: number
}

type Paint = (colour: keyof typeof colours, text: string) => string

const colours = { red: 31, green: 32, yellow: 33, cyan: 36, grey: 90, bold: 1 } as const
const fateColours: Readonly<Record<Fate, keyof typeof colours>> = { works: 'green', 'no effect': 'yellow', refused: 'red' }

/** For people. Ends with a newline. */
export function renderReport (report: ConfigReport, { colour, width }: RenderOptions): string {
  const paint: Paint = (name, text) => colour ? `\u001b[${colours[name]}m${text}\u001b[0m` : text
  return [
    paint('bold', escapeControls(report.file)),
    '',
    ...renderTable(report.entries, width, paint),
    ...renderNotices('warnings', 'yellow', report.warnings, paint),
    ...renderNotices('advice', 'cyan', report.advice, paint),
    ...renderNotices('problems', 'red', report.problems, paint),
    '',
    verdict(report, paint),
    ''
  ].join('\n')
}

function renderTable (entries: readonly Entry[], width: number, paint: Paint): readonly string[] {
  if (entries.length === 0) return []
  const rows = entries.map(({ path, value, place, fate }) => ({ path: escapeControls(path), value: escapeControls(value), from: place === null ? 'default' : escapeControls(showPlace(place)), fate }))
  const keyWidth = widest('key', rows.map(row => row.path))
  const fromWidth = widest('from', rows.map(row => row.from))
  const valueWidth = Math.min(widest('value', rows.map(row => row.value)), Math.max(12, width - keyWidth - fromWidth - 'no effect'.length - 6))
  const line = (path: string, value: string, from: string): string => `${path.padEnd(keyWidth)}  ${cut(value, valueWidth).padEnd(valueWidth)}  ${from.padEnd(fromWidth)}  `
  return [
    paint('grey', `${line('key', 'value', 'from')}fate`),
    ...rows.map(row => {
      const text = line(row.path, row.value, row.from)
      return (row.from === 'default' ? paint('grey', text) : text) + paint(fateColours[row.fate], row.fate)
    })
  ]
}

function widest (title: string, texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, text.length), title.length)
}

function cut (text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, columns - 1)}…`
}

function renderNotices (title: string, colour: keyof typeof colours, notices: readonly (Notice & { readonly excerpt?: string })[], paint: Paint): readonly string[] {
  if (notices.length === 0) return []
  return ['', paint(colour, `${title} (${notices.length})`), ...notices.flatMap(notice => renderNotice(notice, paint))]
}

function renderNotice ({ path, place, message, hint, excerpt = '' }: Notice & { readonly excerpt?: string }, paint: Paint): readonly string[] {
  const where = place === null ? '' : paint('grey', `  ${escapeControls(showPlace(place))}`)
  const head = path === '' ? escapeControls(message) : `${paint('bold', escapeControls(path))}: ${escapeControls(message)}`
  return [
    `  ${head}${where}`,
    ...excerpt === '' ? [] : excerpt.split('\n').map(line => `      ${line}`),
    ...hint === '' ? [] : [`    ${paint('cyan', 'what to do:')} ${escapeControls(hint)}`]
  ]
}

function verdict ({ problems, warnings }: ConfigReport, paint: Paint): string {
  if (problems.length > 0) return paint('red', `refused: ${count(problems.length, 'problem')}`)
  return paint('green', `can be started on: no problem, ${count(warnings.length, 'warning')}`)
}

function count (number: number, word: string): string {
  return `${number} ${word}${number === 1 ? '' : 's'}`
}

/** For scripts: plain data with the same content. */
export function reportJson (report: ConfigReport): object {
  const place = ({ place: at }: { readonly place: Notice['place'] }): object | null => at === null ? null : { file: at.file, line: at.line, column: at.column }
  const notice = (each: Notice): object => ({ key: each.path, place: place(each), message: each.message, hint: each.hint })
  return {
    file: report.file,
    files: [...report.files],
    ok: report.problems.length === 0,
    keys: report.entries.map(each => ({ key: each.path, value: each.value, source: each.place === null ? 'default' : showPlace(each.place), place: place(each), fate: each.fate })),
    warnings: report.warnings.map(notice),
    advice: report.advice.map(notice),
    problems: report.problems.map(notice)
  }
}
