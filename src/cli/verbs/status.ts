/** `causeway status`, `reload` and `tail`: a running edge, seen and told. */
import type { Command } from 'commander'
import type { ControlOptions } from '../control/control-client.ts'
import type { CliIo } from '../io.ts'
import { confHelp, type Done } from '../verb.ts'

/** Ways to name the running edge that is meant. */
export function whichEdge (command: Command): Command {
  return command
    .option('--conf <file>', confHelp)
    .option('--state-dir <dir>', 'as it was started with')
    .option('--socket <path>', 'its control socket (default: $CAUSEWAY_CONTROL, then where the configuration has it)')
}

export function addStatus (program: Command, io: CliIo, done: Done): void {
  whichEdge(program.command('status')
    .description('show how a running edge is: listeners, bridges, queues, certificates'))
    .option('--json', 'as JSON, for scripts')
    .action(async (options: ControlOptions & { json?: boolean }) => {
      const { showStatus } = await import('../control/status.ts')
      done(await showStatus(options, io))
    })
}

export function addReload (program: Command, io: CliIo, done: Done): void {
  whichEdge(program.command('reload')
    .description('let a running edge read its configuration and certificate files again: all comes into force, or nothing'))
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', '\nExamples:\n  causeway reload --conf /etc/nanomq.conf\n  causeway check --conf new.conf --against /etc/nanomq.conf   what a reload would do\n\nExit code 1 when nothing was applied, with the reason.')
    .action(async (options: ControlOptions & { json?: boolean }) => {
      const { reloadRunning } = await import('../control/reload.ts')
      done(await reloadRunning(options, io))
    })
}

export function addTail (program: Command, io: CliIo, done: Done): void {
  whichEdge(program.command('tail')
    .description('follow what changes in a running edge: links, certificates, dropped messages'))
    .option('--recent', 'begin with the last 200 changes')
    .option('--json', 'one JSON object a line')
    .action(async (options: ControlOptions & { json?: boolean, recent?: boolean }) => {
      const { tail } = await import('../control/tail.ts')
      done(await tail(options, io))
    })
}
