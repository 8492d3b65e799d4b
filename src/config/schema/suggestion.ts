/** "Did you mean": the known word that is the fewest slips away from a written one. */

/** A word of n letters may have this share of them wrong. */
const tolerance = 0.4
/** Longer words are not looked at: the distance costs the product of both lengths. */
const longest = 64

/** @returns `Did you mean "x"?`, or nothing where no known word is near */
export function suggestion (written: string, known: readonly string[]): string {
  if (written.length > longest) return ''
  let best = ''
  let fewest = Math.max(1, Math.floor(written.length * tolerance)) + 1
  for (const word of known) {
    const slips = distance(written.toLowerCase(), word)
    if (slips < fewest) [best, fewest] = [word, slips]
  }
  return best === '' ? '' : `Did you mean "${best}"?`
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment). */
function distance (a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let least = Math.min(at(above, j) + 1, at(row, j - 1) + 1, at(above, j - 1) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, at(before, j - 2) + 1)
      row.push(least)
    }
    before = above
    above = row
  }
  return at(above, b.length)
}

function at (row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
