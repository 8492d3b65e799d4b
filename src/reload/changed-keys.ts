/** The keys in which two files differ, with their values as `causeway check` shows them: a secret is `***` in both. */
import type { ConfigReport } from '../config/report.ts'
import type { ChangedKey } from './outcome.ts'

/** Those at or below one key. */
export function keysUnder (before: ConfigReport | null, after: ConfigReport | null, part: string): ChangedKey[] {
  const was = valuesUnder(before, part)
  const is = valuesUnder(after, part)
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter(key => was.get(key) !== is.get(key))
    .map(key => ({ key, before: was.get(key) ?? '', after: is.get(key) ?? '' }))
}

/** Those below any of these parts; the parts themselves where no file shows more. */
export function changedKeys (before: ConfigReport | null, after: ConfigReport | null, parts: readonly string[]): ChangedKey[] {
  const keys = parts.flatMap(part => keysUnder(before, after, part))
  return keys.length > 0 ? keys : [...new Set(parts)].map(key => ({ key, before: '', after: '' }))
}

function valuesUnder (report: ConfigReport | null, part: string): ReadonlyMap<string, string> {
  const isUnder = (path: string): boolean => path === part || path.startsWith(`${part}.`) || path.startsWith(`${part}[`)
  const entries = report?.entries.filter(({ path, fate }) => fate === 'works' && isUnder(path)) ?? []
  return new Map(entries.map(({ path, value }) => [path, value]))
}
