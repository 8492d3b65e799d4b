/** `causeway start`: run on a configuration file. */
import type { Command } from 'commander'
import type { CliIo } from '../io.ts'
import { duration } from '../option-values.ts'
import { confHelp, type Done } from '../verb.ts'

export function addStart (program: Command, io: CliIo, done: Done): void {
  program.command('start')
    .description('run in the foreground until SIGTERM or SIGINT')
    .option('--conf <file>', confHelp)
    .option('--state-dir <dir>', 'where a client id that was made up is kept (default: $CAUSEWAY_STATE, then persistence.dir)')
    .option('--drain-timeout <duration>', 'longest time a clean stop may take, such as 5s or 500ms', duration, 5000)
    .addHelpText('after', '\nExample:\n  causeway start --conf /etc/nanomq.conf --drain-timeout 10s\n\nLogs JSON lines to stdout when it is not a terminal; the line with "msg":"ready" says that all listeners accept.')
    .action(async (options: { conf?: string, stateDir?: string, drainTimeout: number }) => {
      const { start } = await import('../start.ts')
      done(await start(options, io))
    })
}
