/** Times and counts as a person reads them. */

const units: readonly (readonly [ms: number, word: string])[] = [[86_400_000, 'd'], [3_600_000, 'h'], [60_000, 'min'], [1000, 's']]

/** `3 h 12 min`, the two largest units; `0 s` for less than a second. */
export function span (ms: number): string {
  const at = units.findIndex(([unit]) => ms >= unit)
  const [large, small] = at < 0 ? [undefined, undefined] : [units[at], units[at + 1]]
  if (large === undefined) return '0 s'
  const rest = small === undefined ? 0 : Math.floor(ms % large[0] / small[0])
  return `${Math.floor(ms / large[0])} ${large[1]}${small === undefined || rest === 0 ? '' : ` ${rest} ${small[1]}`}`
}

/** With commas between thousands. */
export function count (value: number): string {
  return value.toLocaleString('en-US')
}
