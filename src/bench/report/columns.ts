/** The columns of a table: the same for terminal, Markdown and page, chosen by what the scenario is about. */
import type { Figures } from '../measure/result.ts'
import { type Figure, figures } from '../scenario.ts'
import type { Entry } from './report.ts'
import { courseWords, median, NOTHING, short, size, spread, time, times, whole } from './words.ts'

export interface Column {
  readonly title: string
  /** Numbers stand to the right. */
  readonly numeric: boolean
  readonly text: (entry: Entry) => string
}

/** Sentences below the table: the course of memory where the scenario is about it, and what a reader must know. Reasons stand apart, they are failures. */
export function remarksOn (entry: Entry, about: Figure): readonly string[] {
  return about === 'memory' && entry.memoryCourse.length > 1 ? [courseWords(entry.memoryCourse), ...entry.warnings] : entry.warnings
}

/** Each figure in its unit. */
export const figureWords: Readonly<Record<Figure, (value: number) => string>> = { rate: whole, drainRate: whole, secondP99: time, urgentP99: time, rotationPause: time, recovery: time, memory: size }

/** The columns in which at least one entry has something to say. */
export function columnsFor (about: Figure, entries: readonly Entry[]): readonly Column[] {
  return allColumns(about).filter(({ text }) => entries.some(entry => text(entry) !== NOTHING))
}

function allColumns (about: Figure): readonly Column[] {
  const column = (title: string, text: (entry: Entry) => string): Column => ({ title, numeric: true, text })
  const plain = (title: string, name: keyof Figures, words: (value: number) => string): Column => column(title, ({ figures: all }) => median(all[name], words))
  const main = column(figures[about].title, ({ figures: all }) => spread(all[about], figureWords[about]))
  const more: readonly [keyof Figures, Column][] = [
    ['rate', plain('messages/s', 'rate', whole)],
    ['p99', plain('p99', 'p99', time)],
    ['longestPause', plain('pause', 'longestPause', time)],
    ['memory', plain('memory', 'memory', size)]
  ]
  return [
    { title: 'target', numeric: false, text: ({ target }) => target },
    { title: 'outcome', numeric: false, text: ({ outcome }) => outcome === 'passed' ? 'passed' : outcome.toUpperCase() },
    main,
    column('ratio', ({ ratio }) => spread(ratio, times)),
    column('CPU/message', ({ figures: all }) => median(all.cpuPerMessage, value => `${short(value)} µs`)),
    column('CPU ratio', ({ cpuRatio }) => median(cpuRatio, times)),
    plain('CPU', 'cpuShare', value => `${short(value * 100)} %`),
    plain('p50', 'p50', time),
    ...more.filter(([figure]) => figure !== about).map(([, each]) => each),
    column('lost', ({ accounting }) => accounting === null ? NOTHING : whole(accounting.lost + accounting.unfinished)),
    column('twice', ({ accounting }) => accounting === null ? NOTHING : whole(accounting.duplicates)),
    column('reordered', ({ accounting }) => accounting === null ? NOTHING : whole(accounting.reordered))
  ]
}
