/** What lines for a system's log are given to, whichever way they go there. */
import type { LogConfig } from '../../config/model.ts'
import type { LogSink } from '../../logger.ts'

export type SyslogServer = NonNullable<LogConfig['syslogServer']>

export interface Syslog extends LogSink {
  /** What waits is given away, as far as that is possible soon. */
  close (): Promise<void>
}
