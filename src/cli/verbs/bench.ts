/** `causeway bench`: measure bridges. */
import type { Command } from 'commander'
import type { CliIo } from '../io.ts'
import { packageVersion } from '../../package.ts'
import type { Done } from '../verb.ts'

export function addBench (program: Command, io: CliIo, done: Done): void {
  program.command('bench')
    .description('measure bridges against each other on the same work in one run (causeway bench --help)')
    .helpOption(false)
    .allowUnknownOption()
    .argument('[options...]')
    .action(async (options: string[]) => {
      const { runBench } = await import('../../bench/bench.ts')
      done(await runBench(options, io, packageVersion()))
    })
}
