/** `causeway bridge`: the bridges of a running edge. */
import type { Command } from 'commander'
import type { ControlOptions } from '../control/control-client.ts'
import type { CliIo } from '../io.ts'
import type { Done } from '../verb.ts'
import { whichEdge } from './status.ts'

export function addBridge (program: Command, io: CliIo, done: Done): void {
  const bridge = program.command('bridge').description('start and stop bridges of a running edge')
  for (const action of ['enable', 'disable'] as const) {
    whichEdge(bridge.command(`${action} <name>`)
      .description(action === 'enable' ? 'start a bridge' : 'stop a bridge: what it has goes out first, at most 10 s'))
      .option('--json', 'as JSON, for scripts')
      .addHelpText('after', `\nExample:\n  causeway bridge ${action} cloud\n\nIt holds until the configuration is read again. To keep it, write enable = ${String(action === 'enable')} into the file.`)
      .action(async (name: string, options: ControlOptions & { json?: boolean }) => {
        const { switchBridge } = await import('../control/bridge-switch.ts')
        done(await switchBridge(name, action === 'enable', options, io))
      })
  }
}
