/**
 * The one place that knows pino. JSON lines when stdout is not a terminal, readable lines when it is.
 * Control characters that came from the wire are escaped in the readable form; JSON escapes them by itself.
 */
import { pino, type Logger as Pino } from 'pino'
import { Writable } from 'node:stream'
import { readableLine } from './readable-line.ts'

/** What every layer is given to log with. The object comes first, then the sentence. */
export interface Logger {
  trace (fields: object, message: string): void
  debug (fields: object, message: string): void
  info (fields: object, message: string): void
  warn (fields: object, message: string): void
  error (fields: object, message: string): void
  fatal (fields: object, message: string): void
  /** A logger that adds `fields`, such as `{ bridge: 'north' }`, to each line. */
  child (fields: object): Logger
}

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = typeof logLevels[number]

export interface LoggerOptions {
  readonly level: LogLevel
  /** Readable lines with colour instead of JSON. */
  readonly readable: boolean
  readonly out: NodeJS.WritableStream
}

/** Keys whose values never reach a log, wherever they stand. */
const redact = ['password', 'key_password', 'keyPassword', 'passphrase', '*.password', '*.key_password', '*.keyPassword', '*.passphrase']

/** One whose level can change, for itself and all its children. */
export interface AdjustableLogger extends Logger {
  setLevel (level: LogLevel): void
}

export function createLogger (options: LoggerOptions): AdjustableLogger {
  const destination = options.readable ? readableStream(options.out) : options.out
  return new LeveledLogger(pino({
    level: 'trace',
    base: null,
    redact: { paths: redact, censor: '***' },
    formatters: { level: label => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime
  }, destination), { least: logLevels.indexOf(options.level) })
}

/** A child of pino's keeps the level it was born with; these share one. */
class LeveledLogger implements AdjustableLogger {
  readonly #pino: Pino
  readonly #threshold: { least: number }

  constructor (to: Pino, threshold: { least: number }) {
    this.#pino = to
    this.#threshold = threshold
  }

  trace (fields: object, message: string): void { if (this.#threshold.least <= 0) this.#pino.trace(fields, message) }
  debug (fields: object, message: string): void { if (this.#threshold.least <= 1) this.#pino.debug(fields, message) }
  info (fields: object, message: string): void { if (this.#threshold.least <= 2) this.#pino.info(fields, message) }
  warn (fields: object, message: string): void { if (this.#threshold.least <= 3) this.#pino.warn(fields, message) }
  error (fields: object, message: string): void { if (this.#threshold.least <= 4) this.#pino.error(fields, message) }
  fatal (fields: object, message: string): void { if (this.#threshold.least <= 5) this.#pino.fatal(fields, message) }

  child (fields: object): Logger {
    return new LeveledLogger(this.#pino.child(fields), this.#threshold)
  }

  setLevel (level: LogLevel): void {
    this.#threshold.least = logLevels.indexOf(level)
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

function readableStream (out: NodeJS.WritableStream): Writable {
  return new Writable({
    write (chunk: Buffer, _encoding, done) {
      for (const line of chunk.toString().split('\n')) if (line !== '') out.write(readableLine(line) + '\n')
      done()
    }
  })
}
