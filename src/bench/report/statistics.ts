/** Medians with their spread. */
export interface Spread {
  readonly median: number
  readonly least: number
  readonly most: number
}

/** null where there is no value. */
export function spreadOf (values: readonly (number | null)[]): Spread | null {
  const sorted = values.filter(value => value !== null).sort((a, b) => a - b)
  const [least] = sorted
  const most = sorted.at(-1)
  if (least === undefined || most === undefined) return null
  const middle = (sorted.length - 1) / 2
  const median = ((sorted[Math.floor(middle)] ?? least) + (sorted[Math.ceil(middle)] ?? least)) / 2
  return { median, least, most }
}
