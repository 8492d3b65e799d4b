/** `causeway trust commit` and `abort`: what becomes of certificate files that a trial connection has refused. */
import { CliError, cliCodes } from '../errors.ts'
import type { CliIo, ExitCode } from '../io.ts'
import { type ControlClient, controlClient, type ControlOptions } from './control-client.ts'
import { showTrust, type TrustRow } from './trust-status.ts'

/** Whose files a decision is about. */
interface TrustSubject {
  readonly kind: string
  readonly name: string
}

export interface DecisionOptions extends ControlOptions {
  readonly json?: boolean
  /** Use them whatever the trial says. */
  readonly force?: boolean
}

export interface Decision {
  readonly action: 'commit' | 'abort'
  /** null: everything that is staged. */
  readonly subject: TrustSubject | null
}

/**
 * Commit without `force` only tries again. Exit code 1 when files wait after it.
 * @throws CliError where nothing waits; ConfigError
 */
export async function decideOnTrust ({ action, subject }: Decision, options: DecisionOptions, io: CliIo): Promise<ExitCode> {
  const client = controlClient(options, io)
  if (action === 'commit' && options.force !== true) return tryAgain(client, subject, options, io)
  let rows: readonly TrustRow[] = []
  for (const each of subject === null ? await staged(client) : [subject]) rows = await client.ask('POST', `/api/v1/trust/${action}`, each) as readonly TrustRow[]
  return showTrust(rows, options, io)
}

/** With the fingerprint that was looked at: what has come into the files since is another decision. @throws CliError */
async function staged (client: ControlClient): Promise<readonly TrustSubject[]> {
  const rows = await client.ask('GET', '/api/v1/trust') as readonly TrustRow[]
  const found = rows.filter(({ stage }) => stage === 'staged').map(({ kind, name, candidate }) => ({ kind, name, candidate }))
  if (found.length === 0) throw new CliError(cliCodes.controlRefused, 'no files wait for a decision', { hint: 'causeway trust status shows where they stand' })
  return found
}

async function tryAgain (client: ControlClient, subject: TrustSubject | null, options: DecisionOptions, io: CliIo): Promise<ExitCode> {
  const all = await client.ask('POST', '/api/v1/trust/check') as readonly TrustRow[]
  const rows = subject === null ? all : all.filter(({ kind, name }) => kind === subject.kind && name === subject.name)
  if (subject !== null && rows.length === 0) throw new CliError(cliCodes.controlRefused, `there are no files of ${subject.kind} ${subject.name}`, { hint: 'causeway trust status lists them; kind is bridge or listener' })
  const code = showTrust(rows, options, io)
  if (options.json !== true && rows.some(({ stage }) => stage === 'staged')) io.err.write('the remote was tried again and refuses; with --force they are used all the same\n')
  return code
}
