/**
 * The one place that knows pino. JSON lines when stdout is not a terminal, readable lines when it is.
 * Control characters that came from the wire are escaped in the readable form; JSON escapes them by itself.
 */
import { pino } from 'pino'
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

export function createLogger (options: LoggerOptions): Logger {
  const destination = options.readable ? readableStream(options.out) : options.out
  return pino({
    level: options.level,
    base: null,
    redact: { paths: redact, censor: '***' },
    formatters: { level: label => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime
  }, destination)
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
