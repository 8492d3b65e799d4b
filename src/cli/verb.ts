/** What all verbs share. */
import type { ExitCode } from './io.ts'

/** Called once with how a verb ended. */
export type Done = (code: ExitCode) => void

/** Help of `--conf`. */
export const confHelp = 'configuration file (default: $CAUSEWAY_CONF, then $NANOMQ_CONF_PATH, then /etc/nanomq.conf)'
