/** `causeway certs`: make development certificates, look at any. */
import type { Command } from 'commander'
import type { CliIo } from '../io.ts'
import type { Done } from '../verb.ts'

export function addCerts (program: Command, io: CliIo, done: Done): void {
  const certs = program.command('certs').description('make development certificates, look at any')
  certs.command('init <dir>')
    .description('make a development PKI: root, intermediate, server and client certificate (keys 0600)')
    .option('--name <name...>', 'further DNS names or IP addresses of the server certificate')
    .addHelpText('after', '\nExample:\n  causeway certs init ./dev-certs --name edge-7.local --name 192.168.1.7')
    .action(async (dir: string, options: { name?: string[] }) => {
      const { initCertificates } = await import('../certs.ts')
      done(await initCertificates(dir, options.name ?? [], io))
    })
  certs.command('show <file>')
    .description('list the certificates of a PEM file: names, dates, days left, fingerprint, problems')
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', '\nExample:\n  causeway certs show /etc/ssl/certs/ca-certificates.crt')
    .action(async (file: string, options: { json?: boolean }) => {
      const { showCertificates } = await import('../certs.ts')
      done(await showCertificates(file, options.json === true, io))
    })
}
