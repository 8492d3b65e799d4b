/** `causeway quickstart`: everything on one machine. */
import type { Command } from 'commander'
import type { CliIo } from '../io.ts'
import { port, seconds } from '../option-values.ts'
import type { Done } from '../verb.ts'

export function addQuickstart (program: Command, io: CliIo, done: Done): void {
  program.command('quickstart')
    .description('certificates, a remote broker, the edge and a demo device, all on this machine: watch messages cross')
    .option('--port <port>', 'port of the edge broker on 127.0.0.1', port, 1883)
    .option('--remote-port <port>', 'TLS port of the remote broker on 127.0.0.1', port, 8883)
    .option('--seconds <n>', 'stop by itself after this time', seconds)
    .addHelpText('after', '\nExamples:\n  causeway quickstart\n  causeway quickstart --port 11883 --remote-port 18883 --seconds 10')
    .action(async (options: { port: number, remotePort: number, seconds?: number }) => {
      const { quickstart } = await import('../quickstart/quickstart.ts')
      done(await quickstart(options, io))
    })
}
