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
const isFile = (name = ''): boolean => name.endsWith('.test.js')
const short = (file: string): string => relative(process.cwd(), file).replace(/^build\//, '').replace(/\.js$/, '.ts')

export default async function * reporter (events: AsyncIterable<Event>): AsyncGenerator<string> {
  const account = new Account()
  for await (const { type, data } of events) {
    account.take(type, data)
    if (type === 'test:complete' && isFile(data.name)) yield lineOf(data)
  }
  yield account.summary
}

class Account {
  readonly #failures: string[] = []
  readonly #skips = new Set<string>()
  readonly #said = new Map<string, string>()
  #files = 0
  #passed = 0

  take (type: string, data: Event['data']): void {
    const { name = '', message = '', file = '', details } = data
    if (type === 'test:stderr') this.#hear(file, message)
    else if (type === 'test:pass') this.#pass(data)
    else if (type === 'test:fail') this.#failures.push(`${isFile(name) ? short(name) : name}\n${reasonOf(details?.error)}`)
    else if (type === 'test:complete' && isFile(name)) this.#end(name, details?.passed !== false)
  }

  get summary (): string {
    const skips = [...this.#skips].sort().map(skip => `skipped: ${skip}\n`).join('')
    const failures = this.#failures.map(failure => `\nFAILED: ${failure}\n`).join('')
    return `${skips}${failures}\n${this.#files} files, ${this.#passed} tests and assertions passed, ${this.#failures.length} failed, ${this.#skips.size} skipped\n`
  }

  #hear (file: string, message: string): void {
    this.#said.set(file, ((this.#said.get(file) ?? '') + message).slice(-KEPT_STDERR))
  }

  #pass ({ name = '', skip = false }: Event['data']): void {
    if (skip === false) this.#passed++
    else this.#skips.add(`${name}: ${skip === true ? 'no reason given' : skip}`)
  }

  #end (file: string, passed: boolean): void {
    this.#files++
    if (!passed && this.#said.has(file)) this.#failures.push(`${short(file)} said:\n${this.#said.get(file) ?? ''}`)
  }
}

function lineOf ({ name = '', details }: Event['data']): string {
  const seconds = ((details?.duration_ms ?? 0) / 1000).toFixed(1).padStart(6)
  return `${details?.passed === false ? 'FAILED' : 'ok    '} ${seconds} s  ${short(name)}\n`
}

function reasonOf (error: (Error & { readonly cause?: unknown }) | undefined): string {
  if (error === undefined) return ''
  const { cause } = error
  return stripVTControlCharacters(cause instanceof Error ? inspect(cause) : error.message).replaceAll(/^/gm, '    ')
}
