/** `causeway spool`: the queues on disk. */
import type { Command } from 'commander'
import type { CliIo } from '../io.ts'
import type { Done } from '../verb.ts'

const orphanHelp = 'configuration file: journals without a bridge in it, such as that of one that was renamed, are marked as orphans'

interface Options { readonly json?: boolean, readonly conf?: string }

export function addSpool (program: Command, io: CliIo, done: Done): void {
  const spool = program.command('spool').description('look at the queues on disk, whether a process uses them or not; nothing is changed')
  spool.command('inspect <dir>')
    .description('what waits in each journal: messages, bytes, ages, damage. Exit code 1 when one can not be read')
    .option('--json', 'as JSON, for scripts')
    .option('--conf <file>', orphanHelp)
    .addHelpText('after', '\nExamples:\n  causeway spool inspect /var/lib/causeway/spool\n  causeway spool inspect /var/lib/causeway/spool --conf /etc/nanomq.conf --json | jq \'.[] | select(.orphan) | .dir\'')
    .action(async (dir: string, options: Options) => {
      const { inspectSpool } = await import('../spool.ts')
      done(await inspectSpool(dir, options, io))
    })
  spool.command('verify <dir>')
    .description('exit code 1 when a journal is damaged in its middle or can not be read; an end torn off by a power cut is no damage')
    .option('--json', 'as JSON, for scripts')
    .option('--conf <file>', orphanHelp)
    .addHelpText('after', '\nExample:\n  causeway spool verify /var/lib/causeway/spool || echo "some messages can not be read"')
    .action(async (dir: string, options: Options) => {
      const { verifySpool } = await import('../spool.ts')
      done(await verifySpool(dir, options, io))
    })
  spool.command('export <dir>')
    .description('the messages that wait, a line of JSON each, payload as base64, oldest first. Exit code 1 when a journal can not be read; the others are exported')
    .option('--conf <file>', orphanHelp)
    .addHelpText('after', '\nExample:\n  causeway spool export /var/lib/causeway/spool | jq -r .topic | sort | uniq -c')
    .action(async (dir: string, options: Options) => {
      const { exportSpool } = await import('../spool.ts')
      done(await exportSpool(dir, options, io))
    })
}
