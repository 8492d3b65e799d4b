/** Whether two parts of a configuration mean the same: what only stands on other lines of the file does. */
import { isDeepStrictEqual } from 'node:util'

export function isSame (before: unknown, after: unknown): boolean {
  return isDeepStrictEqual(placeless(before), placeless(after))
}

function placeless (value: unknown): unknown {
  if (Array.isArray(value)) return value.map(placeless)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'place').map(([key, inner]) => [key, placeless(inner)]))
}
