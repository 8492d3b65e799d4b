/** `causeway trust`: try certificate files, look at them. */
import { Argument, type Command } from 'commander'
import type { ControlOptions } from '../control/control-client.ts'
import type { DecisionOptions } from '../control/trust-decision.ts'
import type { CliIo } from '../io.ts'
import { serverAddress, type ServerAddress } from '../option-values.ts'
import type { FetchOptions } from '../trust-fetch.ts'
import { confHelp, type Done } from '../verb.ts'
import { whichEdge } from './status.ts'

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
  trust.command('fetch')
    .argument('<host:port>', 'the server, such as broker.example:8883', serverAddress)
    .description('show the certificates of a server, and what is wrong with them; nothing is verified by that, and nothing is sent')
    .option('--sni <name>', 'name to send and check in place of the host')
    .option('--cacert <file>', 'hold the server against this CA file')
    .option('--conf <file>', 'hold it against the certificate files of the bridges that dial it')
    .option('--out <file>', 'write what has to be trusted for this server to a new file, to be named as cacertfile after review')
    .option('--force', 'replace the file of --out')
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', '\nExamples:\n  causeway trust fetch broker.example:8883 --cacert /etc/causeway/ca.pem\n  causeway trust fetch 192.168.1.9:8883 --out gateway.pem\n\nCompare the fingerprints with those its operator tells you before you trust the file.')
    .action(async (server: ServerAddress, options: FetchOptions) => {
      const { fetchChain } = await import('../trust-fetch.ts')
      done(await fetchChain(server, options, io))
    })
  addTrustOfRunning(trust, io, done)
  trust.command('inspect <file>')
    .description('list the certificates of a PEM file, as certs show does, or its revocation lists')
    .option('--json', 'as JSON, for scripts')
    .action(async (file: string, options: { json?: boolean }) => {
      const { showCertificates } = await import('../certs.ts')
      done(await showCertificates(file, options.json === true, io))
    })
}

/** What asks a running edge. */
function addTrustOfRunning (trust: Command, io: CliIo, done: Done): void {
  for (const action of ['status', 'check'] as const) {
    whichEdge(trust.command(action)
      .description(action === 'status' ? 'where the certificate files of a running edge stand' : 'let a running edge look at all its certificate files now'))
      .option('--json', 'as JSON, for scripts')
      .action(async (options: ControlOptions & { json?: boolean }) => {
        const { trustOfRunning } = await import('../control/trust-status.ts')
        done(await trustOfRunning(action, options, io))
      })
  }
  for (const action of ['commit', 'abort'] as const) {
    const verb = whichEdge(trust.command(action).addArgument(new Argument('[kind]', 'whose files').choices(['bridge', 'listener'])).argument('[name]')
      .description(action === 'commit' ? 'let a running edge try staged files again, or with --force use them whatever the trial says' : 'let a running edge give up files that are staged, until they change'))
      .option('--json', 'as JSON, for scripts')
      .addHelpText('after', decisionHelp(action))
      .action(async (kind: string | undefined, name: string | undefined, options: DecisionOptions) => {
        const { decideOnTrust } = await import('../control/trust-decision.ts')
        if (kind !== undefined && name === undefined) verb.error('error: name the bridge or listener too, or neither for all that is staged')
        done(await decideOnTrust({ action, subject: kind === undefined || name === undefined ? null : { kind, name } }, options, io))
      })
    if (action === 'commit') verb.option('--force', 'use them although the remote has refused a trial connection')
  }
}

function decisionHelp (action: 'commit' | 'abort'): string {
  const force = action === 'commit' ? ' --force' : ''
  return `\nExamples:\n  causeway trust ${action}${force}                all that is staged\n  causeway trust ${action} bridge cloud${force}   of one bridge or listener\n${action === 'commit' ? '\nThe link of that bridge may not come up again until the remote accepts the files: causeway trust status says why they wait.' : ''}`
}
