/** `causeway log`: the log of a running edge. */
import { Argument, type Command } from 'commander'
import { logComponents, logLevels } from '../../logger.ts'
import type { ControlOptions } from '../control/control-client.ts'
import type { CliIo } from '../io.ts'
import type { Done } from '../verb.ts'
import { whichEdge } from './status.ts'

export function addLog (program: Command, io: CliIo, done: Done): void {
  const log = program.command('log').description('what a running edge logs')
  whichEdge(log.command('show').description('the levels that hold'))
    .option('--json', 'as JSON, for scripts')
    .action(async (options: ControlOptions & { json?: boolean }) => {
      const { logOfRunning } = await import('../control/log-levels.ts')
      done(await logOfRunning(null, options, io))
    })
  whichEdge(log.command('level').addArgument(new Argument('<level>', 'default: as all others').choices([...logLevels, 'default'])).argument('[part]').description('change the level of all, or of one part, until the edge ends or a reload changes it'))
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', `\nExamples:\n  causeway log level debug bridge:cloud\n  causeway log level default bridge:cloud   as all others again\n  causeway log level warn\n\nParts are ${logComponents.join(', ')} and bridge:NAME.`)
    .action(async (level: string, part: string | undefined, options: ControlOptions & { json?: boolean }) => {
      const { logOfRunning } = await import('../control/log-levels.ts')
      done(await logOfRunning({ level, component: part ?? null }, options, io))
    })
}
