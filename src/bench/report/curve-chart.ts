/** Latency over the share of messages, both axes logarithmic, so that the tail is as wide as the middle. */
import { at, escaped } from './markup.ts'
import { time } from './words.ts'

export interface Curve {
  readonly name: string
  readonly colour: number
  readonly points: readonly (readonly [share: number, micros: number])[]
}

const WIDTH = 352
const HEIGHT = 220
const LEFT = 58
const RIGHT = 12
const TOP = 8
const BOTTOM = 28
const shares = [0.5, 0.9, 0.99, 0.999, 0.9999] as const
const LAST = 4

export function curveChart (title: string, curves: readonly Curve[]): string {
  const drawn = curves.map(curve => ({ ...curve, points: curve.points.filter(([share, micros]) => share <= 0.9999 && micros > 0) }))
  const values = drawn.flatMap(({ points }) => points.map(([, micros]) => micros))
  if (values.length === 0) return ''
  const low = Math.floor(Math.log10(Math.min(...values)))
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))))
  const x = (share: number): number => LEFT - Math.log10(1 - share) / LAST * (WIDTH - LEFT - RIGHT)
  const y = (micros: number): number => TOP + (high - Math.log10(micros)) / (high - low) * (HEIGHT - TOP - BOTTOM)
  const across = Array.from({ length: high - low + 1 }, (_, place) => 10 ** (low + place)).map(micros =>
    `<line class="grid" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${at(y(micros))}" y2="${at(y(micros))}"/><text class="tick" x="${LEFT - 6}" y="${at(y(micros) + 4)}" text-anchor="end">${escaped(time(micros))}</text>`)
  const along = shares.map(share => `<text class="tick" x="${at(x(share))}" y="${HEIGHT - 10}" text-anchor="${share === 0.9999 ? 'end' : 'middle'}">${at(share * 100)}%</text>`)
  const lines = drawn.map(({ name, colour, points }) => {
    const path = points.map(([share, micros], place) => `${place === 0 ? 'M' : 'L'}${at(x(share))} ${at(y(micros))}`).join('')
    const dots = points.filter(([share]) => shares.some(each => each === share)).map(([share, micros]) =>
      `<circle class="dot c${colour}" cx="${at(x(share))}" cy="${at(y(micros))}" r="4"><title>${escaped(`${name}: ${at(share * 100)} % within ${time(micros)}`)}</title></circle>`)
    return `<path class="line c${colour}" d="${path}"/>${dots.join('')}`
  })
  return `<figure class="half"><figcaption>${escaped(title)}</figcaption><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(title)}">${across.join('')}${along.join('')}${lines.join('')}</svg></figure>`
}
