/** What was known when an error came that nobody had foreseen, kept where the operator finds it. Nothing of the configuration or the environment is in it. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { escapeControls } from '../control-characters.ts'

export interface CrashFacts {
  readonly version: string
  readonly startedAt: number
  /** One line each: how the parts stood. */
  readonly standing: readonly string[]
}

const PREFIX = 'crash-'
const KEPT = 10

/**
 * Writes a file of mode 0600 and takes the oldest away where there are more than ten.
 * @returns its path; null when it can not be written
 */
export function writeCrashReport (dir: string, error: unknown, { version, startedAt, standing }: CrashFacts, now = new Date()): string | null {
  const path = join(dir, `${PREFIX}${now.toISOString().replaceAll(':', '-')}.txt`)
  const { rss, heapUsed, external } = process.memoryUsage()
  const lines = [
    `causeway ${version}, node ${process.version}, ${process.platform} ${process.arch}`,
    `started ${new Date(startedAt).toISOString()}, ended ${now.toISOString()}`,
    `memory: ${rss} resident, ${heapUsed} heap, ${external} external`,
    ...standing,
    '',
    ...stackOf(error)
  ]
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 })
    writeFileSync(path, lines.map(line => `${escapeControls(line)}\n`).join(''), { mode: 0o600 })
    const all = readdirSync(dir).filter(name => name.startsWith(PREFIX)).sort()
    for (const name of all.slice(0, -KEPT)) rmSync(join(dir, name), { force: true })
    return path
  } catch {
    return null
  }
}

/** With its causes. */
function stackOf (error: unknown): readonly string[] {
  const lines: string[] = []
  for (let at: unknown = error, depth = 0; at !== undefined && depth < 8; depth++) {
    lines.push(...(at instanceof Error ? at.stack ?? at.message : inspect(at)).split('\n').map((line, i) => depth > 0 && i === 0 ? `caused by ${line}` : line))
    at = at instanceof Error ? at.cause : undefined
  }
  return lines
}
