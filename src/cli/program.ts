/** The command line: verbs, options, help with examples. Each verb's words are in verbs/; what it does is a file beside this one, loaded when it is run. */
import { Command, CommanderError } from 'commander'
import { ConfigError } from '../config/errors.ts'
import { explain, explainAsJson, usageError } from './explain.ts'
import { type CliIo, ExitCode } from './io.ts'
import { packageVersion } from '../package.ts'
import type { Done } from './verb.ts'
import { addBench } from './verbs/bench.ts'
import { addBridge } from './verbs/bridge.ts'
import { addCerts } from './verbs/certs.ts'
import { addCheck } from './verbs/check.ts'
import { addCompletion } from './verbs/completion.ts'
import { addLog } from './verbs/log.ts'
import { addPassword } from './verbs/password.ts'
import { addQuickstart } from './verbs/quickstart.ts'
import { addSpool } from './verbs/spool.ts'
import { addStart } from './verbs/start.ts'
import { addReload, addStatus, addTail } from './verbs/status.ts'
import { addTrust } from './verbs/trust.ts'

const examples = `
Examples:
  causeway quickstart                          see messages cross a verified TLS bridge, nothing to prepare
  causeway check --conf /etc/nanomq.conf       what each key of a nanomq.conf means here, and what is refused
  causeway start --conf /etc/nanomq.conf       run on it
  causeway status                              how the edge that runs on /etc/nanomq.conf is
  causeway tail                                follow what changes in it
  causeway certs show /etc/ssl/certs/our-ca.pem
  causeway certs init ./dev-certs              development certificates
  causeway password hash --scram               what auth.password keeps of a password
  causeway spool inspect /var/lib/causeway/spool   what waits on disk for the remotes
  causeway bench --scenario saturate-qos1      measure this bridge against others

Exit codes: 0 done, 1 failure while running, 2 wrong usage or configuration.
With --json what fails is a line of JSON on stderr: code, message, hint.
Manual: docs/ in the package.`

/** Runs one command line (without `node` and the script). Never throws; what failed is explained on stderr. */
export async function runCli (argv: readonly string[], io: CliIo): Promise<ExitCode> {
  let code: ExitCode = ExitCode.OK
  const asJson = wantsJson(argv)
  const program = describe(io, result => { code = result }, asJson)
  try {
    await program.parseAsync(argv, { from: 'user' })
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return ExitCode.OK
      if (asJson) explainAsJson(usageError(thrown.message), io)
      return ExitCode.USAGE
    }
    if (asJson) explainAsJson(thrown, io)
    else explain(thrown, io)
    return thrown instanceof ConfigError ? ExitCode.USAGE : ExitCode.FAILURE
  }
  return code
}

/** A script reads what this line has to say. With `bench` it names a file. */
function wantsJson ([verb, ...rest]: readonly string[]): boolean {
  const options = rest.includes('--') ? rest.slice(0, rest.indexOf('--')) : rest
  return verb !== 'bench' && options.includes('--json')
}

/** In the order of the help. */
const verbs = [addStart, addStatus, addReload, addTail, addBridge, addLog, addCheck, addCerts, addTrust, addPassword, addSpool, addQuickstart, addBench, addCompletion]

/**
 * All verbs with their options, as the help shows them.
 * @param done told of the exit code by the verb that ran
 * @param quiet says nothing of a wrong line: the caller does
 */
export function describe (io: CliIo, done: Done, quiet = false): Command {
  const program = new Command('causeway')
    .description('MQTT edge broker and TLS bridge: reads nanomq.conf, verifies strictly, loses nothing.')
    .version(packageVersion(), '-V, --version')
    .addHelpText('after', examples)
    .showHelpAfterError('(causeway --help shows the verbs and examples)')
    .exitOverride()
    .configureOutput({ writeOut: text => io.out.write(text), writeErr: text => { if (!quiet) io.err.write(text) } })
  for (const add of verbs) add(program, io, done)
  return program
}
