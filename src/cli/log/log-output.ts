/** Where the log of a configuration goes: standard output, a file, the system's log, or several of them. */
import type { LogConfig } from '../../config/model.ts'
import { type AdjustableLogger, createLogger, type LogSink } from '../../logger.ts'
import type { CliIo } from '../io.ts'
import { RotatingFile } from './rotating-file.ts'
import { openSyslog } from './syslog.ts'

export interface LogOutput {
  readonly log: AdjustableLogger
  /** What waits is written. */
  close (): Promise<void>
  /** What waits is written at once, as the process ends. */
  flushSync (): void
}

/** Of a reader of standard output that does not read. */
const MOST_UNREAD_BYTES = 8 * 1024 ** 2

/** @throws CliError CW_LOG_FILE when the file can not be opened for appending */
export function logTo (config: LogConfig, io: CliIo): LogOutput {
  const complain = (words: string): void => { io.err.write(`causeway: ${words}\n`) }
  const file = config.to.includes('file') && config.file !== null ? new RotatingFile({ path: config.file, ...config.rotation, complain }) : null
  const syslog = config.to.includes('syslog') ? openSyslog(config.syslogServer, complain) : null
  const toConsole = config.to.includes('console') || (file === null && syslog === null)
  const sinks: readonly LogSink[] = [...(toConsole ? [bounded(io.out)] : []), ...(file === null ? [] : [file]), ...(syslog === null ? [] : [syslog])]
  // what stands in a file is for machines; readable lines only where a person looks and nothing else is written
  const readable = io.terminal && file === null && syslog === null
  const log = createLogger({ level: config.level, components: config.levels, readable, out: { write: line => { for (const sink of sinks) sink.write(line) } } })
  return {
    log,
    close: async () => {
      log.sumUp()
      await syslog?.close()
      await file?.close()
    },
    flushSync: () => {
      log.sumUp()
      file?.flushSync()
    }
  }
}

/** A reader that hangs costs lines, not memory without end. */
function bounded (out: NodeJS.WritableStream): LogSink {
  return {
    write (line) {
      const { writableLength = 0 } = out as { readonly writableLength?: number }
      if (writableLength <= MOST_UNREAD_BYTES) out.write(line)
    }
  }
}
