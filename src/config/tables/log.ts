/** `log`: what is said, and where. */
import { join } from 'node:path'
import { z } from 'zod/v3'
import { logComponents, type LogLevel } from '../../logger.ts'
import type { LogConfig } from '../model.ts'
import { list } from '../schema/groups.ts'
import { block, inert, works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { readText } from '../readers/text.ts'
import { scalar } from '../schema/scalar.ts'
import { choice, line, path, size, text, whole } from '../schema/scalars.ts'
import { type Keys, section, shaped } from '../schema/section.ts'

const destinations = ['console', 'file', 'syslog', 'uds'] as const
const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

interface LogValues {
  readonly level: typeof levels[number]
  readonly levels: ComponentLevels
  readonly to: readonly (typeof destinations[number])[]
  readonly dir: string | null
  readonly file: string
  readonly rotation: LogConfig['rotation']
  readonly syslogServer: LogConfig['syslogServer']
}

type ComponentLevels = Readonly<Record<typeof logComponents[number], LogLevel | null>>

const about = {
  broker: 'Devices and their sessions.',
  bridge: 'Links to remote brokers.',
  trust: 'Certificate files.',
  reload: 'Changes of the configuration.',
  admin: 'The HTTP interface and the control socket.',
  notify: 'Webhook and alerts.'
} as const satisfies Record<typeof logComponents[number], string>

const componentLevels: Kind<ComponentLevels> = section<ComponentLevels>({
  keys: Object.fromEntries(logComponents.map(name => [name, works<LogLevel | null>(name, choice(levels), { or: null, shown: 'log.level', ours: true, says: about[name] })])) as Keys<ComponentLevels>
})

const rotation: Kind<LogConfig['rotation']> = section<LogConfig['rotation']>({
  keys: {
    maxBytes: works('size', size({ min: 1024, max: 1024 ** 4 }), { or: 10 * 1024 ** 2, says: 'A file that would grow larger is renamed to NAME.1, and a new one begun.' }),
    count: works('count', whole({ min: 1, max: 1000, unit: 'files' }), { or: 5, says: 'Files that are kept beside the one that is written: NAME.1 is the latest.' })
  }
})

const protocols = { 'udp:': 'udp', 'tcp:': 'tcp' } as const

/** `udp://HOST:PORT`, `tcp://HOST:PORT`. */
const syslogServer: Kind<NonNullable<LogConfig['syslogServer']>> = scalar({
  type: 'udp://HOST:PORT or tcp://HOST:PORT',
  read (node, reading) {
    const url = URL.parse(readText(node, reading))
    const protocol = protocols[(url?.protocol ?? '') as keyof typeof protocols] as 'udp' | 'tcp' | undefined
    if (url === null || protocol === undefined || url.hostname === '' || url.port === '') return reading.refuse('must be udp://HOST:PORT or tcp://HOST:PORT')
    return { protocol, host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) }
  },
  show: ({ protocol, host, port }) => JSON.stringify(`${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}`),
  schema: () => z.object({ protocol: z.enum(['udp', 'tcp']), host: z.string(), port: z.number().refine(port => port > 0, { message: 'must name a port' }) })
})

export const log: Kind<LogConfig> = shaped<LogValues, LogConfig>({
  keys: {
    level: works('level', choice(levels), { or: 'info', nanomq: 'warn; it refuses a log block without level', says: 'What is less is not said. The line that says `ready` is info.' }),
    levels: block('levels', componentLevels, { ours: true, says: 'Parts that say more, or less, than `level`.' }),
    to: works('to', list(choice(destinations)), { or: ['console'], says: 'Where to: `console` (standard output), `file`, `syslog`. `uds` has no effect; if nothing else is named, the console is used.' }),
    dir: works('dir', path(), { or: null, says: 'Directory of the log file; left out, the working directory.' }),
    file: works('file', text(() => line().refine(value => value !== '', { message: 'must not be empty' })), { or: 'nanomq.log', says: 'Name of the log file, with `to = [file]`.' }),
    rotation: block('rotation', rotation, { says: 'When a log file is full, and how many are kept.' }),
    syslogServer: works('syslog_server', syslogServer, { or: null, shown: 'the log of this machine', ours: true, says: 'With `to = [syslog]`: a server that is sent each line as RFC 5424 has it, by UDP, or by TCP with the length before each (RFC 6587); unencrypted. Left out, they are given to the program `logger`.' })
  },
  others: [inert('uds_addr', 'string', 'there is no log to a Unix socket.')],
  rules ({ to, syslogServer: server }, reading) {
    if (to?.some(each => each === 'uds') === true) reading.named('to').warn('uds has no effect', 'Log to the console and let the service manager collect it')
    if (server != null && to?.some(each => each === 'syslog') !== true) reading.named('syslog_server').warn('has no effect without to = [syslog]')
  }
}, ({ level, levels: given, to, dir, file, rotation: rotated, syslogServer: server }) => {
  const isFile = to.includes('file')
  const used = to.filter(each => each !== 'uds')
  return {
    level,
    levels: Object.fromEntries(Object.entries(given).filter((pair): pair is [string, LogLevel] => pair[1] !== null)),
    to: used.length === 0 ? ['console'] : used,
    file: isFile ? join(dir ?? '.', file) : null,
    rotation: rotated,
    syslogServer: server
  }
})
