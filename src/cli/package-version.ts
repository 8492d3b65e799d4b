/** The version of this package. */
import { readFileSync } from 'node:fs'

export function packageVersion (): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed && typeof parsed.version === 'string') return parsed.version
  return 'unknown'
}
