/** `causeway trust`: try certificate files, look at them. */
import type { Command } from 'commander'
import type { CliIo } from '../io.ts'
import { confHelp, type Done } from '../verb.ts'

export function addTrust (program: Command, io: CliIo, done: Done): void {
  const trust = program.command('trust').description('try certificate files on the remotes, look at them')
  trust.command('verify')
    .description('dial every remote of a configuration now, and say whether it and the certificate files accept each other')
    .option('--conf <file>', confHelp)
    .option('--candidate <file>', 'a CA file to try in the place of every cacertfile: the check before a rollout')
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', '\nExamples:\n  causeway trust verify --conf /etc/nanomq.conf\n  causeway trust verify --conf site.conf --candidate new-ca.pem && cp new-ca.pem /etc/causeway/ca.pem\n\nNo byte of MQTT is sent. Exit code 1 unless all are accepted.')
    .action(async (options: { conf?: string, candidate?: string, json?: boolean }) => {
      const { verifyTrust } = await import('../trust.ts')
      done(await verifyTrust(options, io))
    })
  trust.command('inspect <file>')
    .description('list the certificates of a PEM file, as certs show does')
    .option('--json', 'as JSON, for scripts')
    .action(async (file: string, options: { json?: boolean }) => {
      const { showCertificates } = await import('../certs.ts')
      done(await showCertificates(file, options.json === true, io))
    })
}
