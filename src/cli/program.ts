/** The command line: verbs, options, help with examples. Each verb is a file beside this one and is loaded when it is run. */
import { readFileSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { ConfigError } from '../config/errors.ts'
import { explain } from './explain.ts'
import { type CliIo, ExitCode } from './io.ts'

const examples = `
Examples:
  causeway quickstart                          see messages cross a verified TLS bridge, nothing to prepare
  causeway check --conf /etc/nanomq.conf       what each key of a nanomq.conf means here, and what is refused
  causeway start --conf /etc/nanomq.conf       run on it
  causeway certs show /etc/ssl/certs/our-ca.pem
  causeway certs init ./dev-certs              development certificates
  causeway spool inspect /var/lib/causeway/spool   what waits on disk for the remotes
  causeway bench --scenario saturate-qos1      measure this bridge against others

Exit codes: 0 done, 1 failure while running, 2 wrong usage or configuration.
Manual: docs/ in the package.`

/** Runs one command line (without `node` and the script). Never throws; what failed is explained on stderr. */
export async function runCli (argv: readonly string[], io: CliIo): Promise<ExitCode> {
  let code: ExitCode = ExitCode.OK
  const program = describe(io, result => { code = result })
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE
    explain(thrown, io)
    return thrown instanceof ConfigError ? ExitCode.USAGE : ExitCode.FAILURE
  }
  return code
}

export function packageVersion (): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  if (typeof parsed === 'object' && parsed !== null && 'version' in parsed && typeof parsed.version === 'string') return parsed.version
  return 'unknown'
}

type Done = (code: ExitCode) => void

function describe (io: CliIo, done: Done): Command {
  const program = new Command('causeway')
    .description('MQTT edge broker and TLS bridge: reads nanomq.conf, verifies strictly, loses nothing.')
    .version(packageVersion(), '-V, --version')
    .addHelpText('after', examples)
    .showHelpAfterError('(causeway --help shows the verbs and examples)')
    .exitOverride()
    .configureOutput({ writeOut: text => io.out.write(text), writeErr: text => io.err.write(text) })
  addStart(program, io, done)
  addCheck(program, io, done)
  addCerts(program, io, done)
  addTrust(program, io, done)
  addSpool(program, io, done)
  addQuickstart(program, io, done)
  addBench(program, io, done)
  return program
}

const confHelp = 'configuration file (default: $CAUSEWAY_CONF, then $NANOMQ_CONF_PATH, then /etc/nanomq.conf)'

function addStart (program: Command, io: CliIo, done: Done): void {
  program.command('start')
    .description('run in the foreground until SIGTERM or SIGINT')
    .option('--conf <file>', confHelp)
    .option('--state-dir <dir>', 'where a client id that was made up is kept (default: $CAUSEWAY_STATE, then persistence.dir)')
    .option('--drain-timeout <duration>', 'longest time a clean stop may take, such as 5s or 500ms', duration, 5000)
    .addHelpText('after', '\nExample:\n  causeway start --conf /etc/nanomq.conf --drain-timeout 10s\n\nLogs JSON lines to stdout when it is not a terminal; the line with "msg":"ready" says that all listeners accept.')
    .action(async (options: { conf?: string, stateDir?: string, drainTimeout: number }) => {
      const { start } = await import('./start.ts')
      done(await start(options, io))
    })
}

function addCheck (program: Command, io: CliIo, done: Done): void {
  program.command('check')
    .description('say what a configuration file means here: each key works, has no effect, or is refused')
    .option('--conf <file>', confHelp)
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', '\nExamples:\n  causeway check --conf /etc/nanomq.conf\n  causeway check --conf site.conf --json | jq .problems\n\nExit code 2 when something is refused.')
    .action(async (options: { conf?: string, json?: boolean }) => {
      const { check } = await import('./check.ts')
      done(check(options, io))
    })
}

function addCerts (program: Command, io: CliIo, done: Done): void {
  const certs = program.command('certs').description('make development certificates, look at any')
  certs.command('init <dir>')
    .description('make a development PKI: root, intermediate, server and client certificate (keys 0600)')
    .option('--name <name...>', 'further DNS names or IP addresses of the server certificate')
    .addHelpText('after', '\nExample:\n  causeway certs init ./dev-certs --name edge-7.local --name 192.168.1.7')
    .action(async (dir: string, options: { name?: string[] }) => {
      const { initCertificates } = await import('./certs.ts')
      done(await initCertificates(dir, options.name ?? [], io))
    })
  certs.command('show <file>')
    .description('list the certificates of a PEM file: names, dates, days left, fingerprint, problems')
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', '\nExample:\n  causeway certs show /etc/ssl/certs/ca-certificates.crt')
    .action(async (file: string, options: { json?: boolean }) => {
      const { showCertificates } = await import('./certs.ts')
      done(await showCertificates(file, options.json === true, io))
    })
}

function addSpool (program: Command, io: CliIo, done: Done): void {
  const spool = program.command('spool').description('look at the queues on disk, whether a process uses them or not; nothing is changed')
  spool.command('inspect <dir>')
    .description('what waits in each journal: messages, bytes, ages, damage')
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', '\nExample:\n  causeway spool inspect /var/lib/causeway/spool')
    .action(async (dir: string, options: { json?: boolean }) => {
      const { inspectSpool } = await import('./spool.ts')
      done(await inspectSpool(dir, options.json === true, io))
    })
  spool.command('verify <dir>')
    .description('exit code 1 when a journal is damaged in its middle; an end torn off by a power cut is no damage')
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', '\nExample:\n  causeway spool verify /var/lib/causeway/spool || echo "some messages can not be read"')
    .action(async (dir: string, options: { json?: boolean }) => {
      const { verifySpool } = await import('./spool.ts')
      done(await verifySpool(dir, options.json === true, io))
    })
  spool.command('export <dir>')
    .description('the messages that wait, a line of JSON each, payload as base64, oldest first')
    .addHelpText('after', '\nExample:\n  causeway spool export /var/lib/causeway/spool | jq -r .topic | sort | uniq -c')
    .action(async (dir: string) => {
      const { exportSpool } = await import('./spool.ts')
      done(await exportSpool(dir, io))
    })
}

function addTrust (program: Command, io: CliIo, done: Done): void {
  const trust = program.command('trust').description('try certificate files on the remotes, look at them')
  trust.command('verify')
    .description('dial every remote of a configuration now, and say whether it and the certificate files accept each other')
    .option('--conf <file>', confHelp)
    .option('--candidate <file>', 'a CA file to try in the place of every cacertfile: the check before a rollout')
    .option('--json', 'as JSON, for scripts')
    .addHelpText('after', '\nExamples:\n  causeway trust verify --conf /etc/nanomq.conf\n  causeway trust verify --conf site.conf --candidate new-ca.pem && cp new-ca.pem /etc/causeway/ca.pem\n\nNo byte of MQTT is sent. Exit code 1 unless all are accepted.')
    .action(async (options: { conf?: string, candidate?: string, json?: boolean }) => {
      const { verifyTrust } = await import('./trust.ts')
      done(await verifyTrust(options, io))
    })
  trust.command('inspect <file>')
    .description('list the certificates of a PEM file, as certs show does')
    .option('--json', 'as JSON, for scripts')
    .action(async (file: string, options: { json?: boolean }) => {
      const { showCertificates } = await import('./certs.ts')
      done(await showCertificates(file, options.json === true, io))
    })
}

function addQuickstart (program: Command, io: CliIo, done: Done): void {
  program.command('quickstart')
    .description('certificates, a remote broker, the edge and a demo device, all on this machine: watch messages cross')
    .option('--port <port>', 'port of the edge broker on 127.0.0.1', port, 1883)
    .option('--remote-port <port>', 'TLS port of the remote broker on 127.0.0.1', port, 8883)
    .option('--seconds <n>', 'stop by itself after this time', seconds)
    .addHelpText('after', '\nExamples:\n  causeway quickstart\n  causeway quickstart --port 11883 --remote-port 18883 --seconds 10')
    .action(async (options: { port: number, remotePort: number, seconds?: number }) => {
      const { quickstart } = await import('./quickstart/quickstart.ts')
      done(await quickstart(options, io))
    })
}

function addBench (program: Command, io: CliIo, done: Done): void {
  program.command('bench')
    .description('measure bridges against each other on the same work in one run (causeway bench --help)')
    .helpOption(false)
    .allowUnknownOption()
    .argument('[options...]')
    .action(async (options: string[]) => {
      const { runBench } = await import('../bench/bench.ts')
      done(await runBench(options, io, packageVersion()))
    })
}

function duration (text: string): number {
  const match = /^(\d+)(ms|s|m)?$/.exec(text)
  if (match === null) throw new InvalidArgumentError('a duration such as 5s, 500ms or 1m is wanted.')
  const unit = { ms: 1, s: 1000, m: 60_000 }[match[2] ?? 's'] ?? 1000
  return Number(match[1]) * unit
}

function port (text: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < 1 || value > 65_535) throw new InvalidArgumentError('a port from 1 to 65535 is wanted.')
  return value
}

function seconds (text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new InvalidArgumentError('a number of seconds above 0 is wanted.')
  return value
}
