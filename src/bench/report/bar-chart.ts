/** Horizontal bars, grouped by case, one colour a target, with the spread of the rounds as a line and the median in words. */
import { at, escaped } from './markup.ts'
import type { Spread } from './statistics.ts'

export interface Bar {
  readonly name: string
  /** Which colour, by the place of the target in the campaign. */
  readonly colour: number
  readonly value: Spread | null
  readonly words: string
  /** Not to be believed: drawn hollow. */
  readonly failed: boolean
}

export interface BarGroup {
  readonly label: string
  readonly bars: readonly Bar[]
}

const WIDTH = 600
const NAMES = 140
const WORDS = 140
/** Characters that fit beside the bars. */
const LONGEST_NAME = 20
const ROW = 24
const THICK = 14
const GAP = 14
const LABEL = 22

export function barChart (title: string, groups: readonly BarGroup[]): string {
  const most = Math.max(0, ...groups.flatMap(({ bars }) => bars.map(({ value }) => value?.most ?? 0)))
  if (most === 0) return ''
  const scale = (value: number): number => NAMES + value / most * (WIDTH - NAMES - WORDS)
  const parts: string[] = []
  let y = 0
  for (const { label, bars } of groups) {
    if (label !== '') {
      parts.push(`<text class="group" x="0" y="${at(y + 15)}">${escaped(label)}</text>`)
      y += LABEL
    }
    for (const bar of bars) {
      parts.push(barRow(bar, y, scale))
      y += ROW
    }
    y += GAP
  }
  const height = y - GAP + 2
  const axis = `<line class="axis" x1="${NAMES}" x2="${NAMES}" y1="0" y2="${at(height)}"/>`
  return `<figure><figcaption>${escaped(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${at(height)}" role="img" aria-label="${escaped(title)}">${axis}${parts.join('')}</svg></figure>`
}

function barRow (bar: Bar, y: number, scale: (value: number) => number): string {
  const middle = y + ROW / 2
  const name = `<text class="name" x="${NAMES - 8}" y="${at(middle + 4)}" text-anchor="end">${escaped(clipped(bar.name))}<title>${escaped(bar.name)}</title></text>`
  if (bar.value === null) return `${name}<text class="value" x="${NAMES + 8}" y="${at(middle + 4)}">${escaped(bar.words)}</text>`
  const { median, least, most } = bar.value
  const end = Math.max(scale(median), NAMES + 1.5)
  const rect = `<path class="bar c${bar.colour}${bar.failed ? ' failed' : ''}" d="${barPath(end, middle)}"><title>${escaped(`${bar.name}: ${bar.words}`)}</title></path>`
  const spread = most - least < (most || 1) * 0.005 ? '' : `<line class="spread" x1="${at(scale(least))}" x2="${at(scale(most))}" y1="${at(middle)}" y2="${at(middle)}"/>`
  return `${name}${rect}${spread}<text class="value" x="${at(Math.max(end, scale(most)) + 8)}" y="${at(middle + 4)}">${escaped(bar.words)}</text>`
}

/** A path to a program keeps its end. */
function clipped (name: string): string {
  return name.length <= LONGEST_NAME ? name : `…${name.slice(1 - LONGEST_NAME)}`
}

/** Square at the axis, rounded where the value ends. */
function barPath (end: number, middle: number): string {
  const radius = Math.min(4, end - NAMES)
  const top = middle - THICK / 2
  const bottom = middle + THICK / 2
  return `M${NAMES} ${at(top)}H${at(end - radius)}Q${at(end)} ${at(top)} ${at(end)} ${at(top + radius)}V${at(bottom - radius)}Q${at(end)} ${at(bottom)} ${at(end - radius)} ${at(bottom)}H${NAMES}Z`
}
