/** `log`: what is said, and where. */
import { join } from 'node:path'
import type { LogConfig } from '../model.ts'
import { inert, works } from '../schema/key.ts'
import { list } from '../schema/groups.ts'
import type { Kind } from '../schema/kind.ts'
import { choice, line, path, text } from '../schema/scalars.ts'
import { shaped } from '../schema/section.ts'

const destinations = ['console', 'file', 'syslog', 'uds'] as const

interface LogValues {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal'
  readonly to: readonly (typeof destinations[number])[]
  readonly dir: string | null
  readonly file: string
}

export const log: Kind<LogConfig> = shaped<LogValues, LogConfig>({
  keys: {
    level: works('level', choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal']), { or: 'info', nanomq: 'warn; it refuses a log block without level', says: 'What is less is not said. The line that says `ready` is info.' }),
    to: works('to', list(choice(destinations)), { or: ['console'], says: 'Where to: `console` (standard output) and `file`. `syslog` and `uds` have no effect in this version; if nothing else is named, the console is used.' }),
    dir: works('dir', path(), { or: null, says: 'Directory of the log file; left out, the working directory.' }),
    file: works('file', text(line.refine(value => value !== '', { error: 'must not be empty' })), { or: 'nanomq.log', says: 'Name of the log file, with `to = [file]`.' })
  },
  others: [
    inert('rotation', 'block', {
      says: 'the file is not rotated in this version.',
      remedy: 'Let logrotate do it with copytruncate, or log to the console',
      inner: [['size', 'size', 'Not rotated.'], ['count', 'number', 'Not rotated.']]
    }),
    inert('uds_addr', 'string', 'there is no log to a Unix socket.')
  ],
  rules ({ to }, reading) {
    for (const word of ['syslog', 'uds']) {
      if (to?.some(each => each === word) === true) reading.named('to').warn(`${word} has no effect in this version`, 'Log to the console and let the service manager collect it')
    }
  }
}, ({ level, to, dir, file }) => {
  const isFile = to.includes('file')
  const used = to.filter(each => each === 'console' || each === 'file')
  return { level, to: used.length === 0 ? ['console'] : used, file: isFile ? join(dir ?? '.', file) : null }
})
