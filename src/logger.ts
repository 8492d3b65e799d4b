/**
 * The one place that knows pino. JSON lines when stdout is not a terminal, readable lines when it is. Control characters that came from the
 * wire are escaped in both, secrets are hidden, and the same warning again and again is counted instead of said.
 */
import { pino, type Logger as Pino } from 'pino'
import { escapeControls } from './control-characters.ts'
import { type LogLevel, type LogLevels, type LogScope, Thresholds } from './logger/levels.ts'
import { readableLine } from './logger/readable-line.ts'
import { RepeatFilter } from './logger/repeat-filter.ts'

export { logComponents, type LogLevel, type LogLevels, logLevels } from './logger/levels.ts'

/** What every layer is given to log with. The object comes first, then the sentence. */
export interface Logger {
  trace (fields: object, message: string): void
  debug (fields: object, message: string): void
  info (fields: object, message: string): void
  warn (fields: object, message: string): void
  error (fields: object, message: string): void
  fatal (fields: object, message: string): void
  /** A logger that adds `fields`, such as `{ bridge: 'north' }`, to each line. `component` and `bridge` also choose its level. */
  child (fields: object): Logger
}

export interface LoggerOptions {
  readonly level: LogLevel
  /** Levels of parts, see {@link LogLevels}. @default none */
  readonly components?: LogLevels['components']
  /** Readable lines with colour instead of JSON. */
  readonly readable: boolean
  readonly out: LogSink
}

/** Takes whole lines, each with its end. */
export interface LogSink {
  write (line: string): unknown
}

/** Keys whose values never reach a log, wherever they stand. */
const secrets = ['password', 'key_password', 'keyPassword', 'passphrase', 'secret', 'payload', 'authorization']
const redact = [...secrets, ...secrets.map(key => `*.${key}`)]

/** One whose levels can change, for itself and all its children. */
export interface AdjustableLogger extends Logger {
  readonly levels: LogLevels
  /** Of all that has none of its own. */
  setLevel (level: LogLevel): void
  setLevels (levels: LogLevels): void
  /** Says what was only counted. */
  sumUp (): void
}

export function createLogger ({ level, components = {}, readable, out }: LoggerOptions): AdjustableLogger {
  const write = readable
    ? (text: string) => { for (const line of text.split('\n')) if (line !== '') out.write(readableLine(line) + '\n') }
    // JSON escapes C0 by itself; what is escaped here stands in strings only
    : (text: string) => out.write(`${escapeControls(text.trimEnd())}\n`)
  return new LeveledLogger(pino({
    level: 'trace',
    base: null,
    redact: { paths: redact, censor: '***' },
    formatters: { level: label => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime
  }, { write }), { thresholds: new Thresholds({ level, components }), repeats: new RepeatFilter() }, { component: null, bridge: null })
}

interface Shared {
  readonly thresholds: Thresholds
  readonly repeats: RepeatFilter
}

/** A child of pino's keeps the level it was born with; these share theirs. */
class LeveledLogger implements AdjustableLogger {
  readonly #pino: Pino
  readonly #shared: Shared
  readonly #scope: LogScope
  #least = 0
  #version = -1

  constructor (to: Pino, shared: Shared, scope: LogScope) {
    this.#pino = to
    this.#shared = shared
    this.#scope = scope
  }

  get levels (): LogLevels { return this.#shared.thresholds.levels }

  trace (fields: object, message: string): void { if (this.#says(0)) this.#pino.trace(fields, message) }
  debug (fields: object, message: string): void { if (this.#says(1)) this.#pino.debug(fields, message) }
  info (fields: object, message: string): void { if (this.#says(2)) this.#pino.info(fields, message) }
  warn (fields: object, message: string): void { if (this.#says(3)) this.#unlessRepeated('warn', fields, message) }
  error (fields: object, message: string): void { if (this.#says(4)) this.#unlessRepeated('error', fields, message) }
  fatal (fields: object, message: string): void { if (this.#says(5)) this.#pino.fatal(fields, message) }

  child (fields: object): Logger {
    const { component, bridge } = { ...this.#scope, ...fields } as { readonly component: unknown, readonly bridge: unknown }
    const scope = { component: typeof component === 'string' ? component : null, bridge: typeof bridge === 'string' ? bridge : null }
    return new LeveledLogger(this.#pino.child(fields), this.#shared, scope)
  }

  setLevel (level: LogLevel): void {
    this.setLevels({ ...this.levels, level })
  }

  setLevels (levels: LogLevels): void {
    this.#shared.thresholds.levels = levels
  }

  sumUp (): void {
    this.#shared.repeats.close()
  }

  #says (level: number): boolean {
    const { thresholds } = this.#shared
    if (this.#version !== thresholds.version) {
      this.#version = thresholds.version
      this.#least = thresholds.leastOf(this.#scope)
    }
    return this.#least <= level
  }

  #unlessRepeated (level: 'warn' | 'error', fields: object, message: string): void {
    const { component, bridge } = this.#scope
    const kind = [level, component, bridge, message].join('\n')
    const sumUp = (times: number, minutes: number): void => this.#pino[level](fields, `same line ${times} times in ${minutes} min: ${message}`)
    if (this.#shared.repeats.admits(kind, sumUp)) this.#pino[level](fields, message)
  }
}

/** Says nothing; for embedding and for tests that look elsewhere. */
export const silentLogger: Logger = {
  trace () {},
  debug () {},
  info () {},
  warn () {},
  error () {},
  fatal () {},
  child () { return silentLogger }
}
