/** Which processor cores each process of a run is held to, where the platform lets one say so. */
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface Pinning {
  /** Core lists as `taskset` reads them; null: wherever the system puts it. */
  readonly target: string | null
  readonly generator: string | null
  readonly receiver: string | null
  /** For the reader of a report. */
  readonly words: string
}

/**
 * The target gets a core of its own; generator and receiver share another where there are only two.
 * @param wish  `auto`, `off`, or `TARGET/GENERATOR/RECEIVER`, each a list such as `0` or `2-3`
 */
export function choosePinning (wish: string, cores: readonly number[], taskset: boolean): Pinning {
  const off = (words: string): Pinning => ({ target: null, generator: null, receiver: null, words })
  if (wish === 'off') return off('not pinned, as asked')
  if (!taskset) return off('not pinned: no taskset here')
  const [target = null, generator = target, receiver = generator] = wish === 'auto' ? automatic(cores) : wish.split('/')
  if (target === null) return off('not pinned: one core for all')
  return { target, generator, receiver, words: `target on core ${target}, generator on ${String(generator)}, receiver on ${String(receiver)} (taskset)` }
}

function automatic (cores: readonly number[]): string[] {
  const [first, second, third] = cores
  if (first === undefined || second === undefined) return []
  return [String(first), String(second), String(third ?? second)]
}

/** Cores this process may run on; Linux only. */
export function allowedCores (): number[] {
  const status = readText('/proc/self/status')
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)?.[1] ?? ''
  return list.split(',').filter(part => part !== '').flatMap(part => {
    const [from = 0, to = from] = part.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, i) => from + i)
  })
}

/** Full path of a program on `path`; null where there is none. */
export function findProgram (name: string, path: string): string | null {
  if (name.includes('/')) return existsSync(name) ? name : null
  for (const dir of path.split(delimiter)) {
    const file = join(dir, name)
    if (dir !== '' && existsSync(file)) return file
  }
  return null
}

export function readText (file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
