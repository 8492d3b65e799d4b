/**
 * What `npm test` says: one line a file as it ends, then what failed and what was skipped and why. Node's own reporters print each of
 * thirty thousand assertions, or none of what failed.
 */
import { relative } from 'node:path'
import { inspect, stripVTControlCharacters } from 'node:util'

interface Event {
  readonly type: string
  readonly data: {
    readonly name?: string
    readonly nesting?: number
    readonly skip?: string | boolean
    readonly message?: string
    readonly file?: string
    readonly details?: { readonly duration_ms: number, readonly passed?: boolean, readonly error?: Error & { readonly cause?: unknown } }
  }
}

const KEPT_STDERR = 2000
const isFile = (name: string): boolean => name.endsWith('.test.js')
const short = (file: string): string => relative(process.cwd(), file).replace(/^build\//, '').replace(/\.js$/, '.ts')

export default async function * reporter (events: AsyncIterable<Event>): AsyncGenerator<string> {
  const failures: string[] = []
  const skips = new Set<string>()
  const said = new Map<string, string>()
  let [files, assertions] = [0, 0]
  for await (const { type, data: { name = '', skip, message = '', file = '', details } } of events) {
    if (type === 'test:stderr') said.set(file, ((said.get(file) ?? '') + message).slice(-KEPT_STDERR))
    if (type === 'test:pass') assertions++
    if (type === 'test:pass' && skip !== undefined && skip !== false) skips.add(`${name}: ${skip === true ? 'no reason given' : skip}`)
    if (type === 'test:fail') failures.push(`${isFile(name) ? short(name) : name}\n${reasonOf(details?.error)}`)
    if (type === 'test:complete' && isFile(name)) {
      const passed = details?.passed !== false
      yield `${passed ? 'ok    ' : 'FAILED'} ${((details?.duration_ms ?? 0) / 1000).toFixed(1).padStart(6)} s  ${short(name)}\n`
      if (!passed && said.has(name)) failures.push(`${short(name)} said:\n${said.get(name) ?? ''}`)
      files++
    }
  }
  yield * [...skips].sort().map(skip => `skipped: ${skip}\n`)
  yield * failures.map(failure => `\nFAILED: ${failure}\n`)
  yield `\n${files} files, ${assertions} tests and assertions passed, ${failures.length} failed, ${skips.size} skipped\n`
}

function reasonOf (error: (Error & { readonly cause?: unknown }) | undefined): string {
  if (error === undefined) return ''
  const { cause } = error
  return stripVTControlCharacters(cause instanceof Error ? inspect(cause) : error.message).replaceAll(/^/gm, '    ')
}
