/** `causeway check`: what a configuration file means here. */
import type { Command } from 'commander'
import type { CliIo } from '../io.ts'
import { confHelp, type Done } from '../verb.ts'

export function addCheck (program: Command, io: CliIo, done: Done): void {
  program.command('check')
    .description('say what a configuration file means here: each key works, has no effect, or is refused')
    .option('--conf <file>', confHelp)
    .option('--json', 'as JSON, for scripts')
    .option('--against <file>', 'say what a reload from this file to --conf would do')
    .option('--connect', 'connect to every remote too, as a start would: verified, and with the credentials of the bridge')
    .option('--as <clientid>', 'with --connect: the client id; left out, that of the bridge with -check behind it, so that a bridge that runs keeps its session')
    .addHelpText('after', '\nExamples:\n  causeway check --conf /etc/nanomq.conf\n  causeway check --conf site.conf --json | jq .problems\n  causeway check --conf new.conf --against /etc/nanomq.conf\n  causeway check --conf site.conf --connect\n  causeway check --conf site.conf --connect --json | jq \'.remotes[].mqtt\'\n\nExit code 2 when something is refused, 1 when a remote is not there, or it does not accept certificate files or credentials.')
    .action(async (options: { conf?: string, json?: boolean, against?: string, connect?: boolean, as?: string }) => {
      const { check } = await import('../check.ts')
      done(await check(options, io))
    })
}
