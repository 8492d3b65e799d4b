/** `causeway spool`: the queues on disk. */
import type { Command } from 'commander'
import type { CliIo } from '../io.ts'
import type { Done } from '../verb.ts'

export function addSpool (program: Command, io: CliIo, done: Done): void {
  const spool = program.command('spool').description('look at the queues on disk, whether a process uses them or not; nothing is changed')
  spool.command('inspect <dir>')
    .description('what waits in each journal: messages, bytes, ages, damage')
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', '\nExample:\n  causeway spool inspect /var/lib/causeway/spool')
    .action(async (dir: string, options: { json?: boolean }) => {
      const { inspectSpool } = await import('../spool.ts')
      done(await inspectSpool(dir, options.json === true, io))
    })
  spool.command('verify <dir>')
    .description('exit code 1 when a journal is damaged in its middle; an end torn off by a power cut is no damage')
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', '\nExample:\n  causeway spool verify /var/lib/causeway/spool || echo "some messages can not be read"')
    .action(async (dir: string, options: { json?: boolean }) => {
      const { verifySpool } = await import('../spool.ts')
      done(await verifySpool(dir, options.json === true, io))
    })
  spool.command('export <dir>')
    .description('the messages that wait, a line of JSON each, payload as base64, oldest first')
    .addHelpText('after', '\nExample:\n  causeway spool export /var/lib/causeway/spool | jq -r .topic | sort | uniq -c')
    .action(async (dir: string) => {
      const { exportSpool } = await import('../spool.ts')
      done(await exportSpool(dir, io))
    })
}
