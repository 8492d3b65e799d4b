/** `causeway trust status`, `check`, `commit` and `abort`: where the certificate files of a running edge stand. */
import { escapeControls } from '../../readable-line.ts'
import { type CliIo, ExitCode } from '../io.ts'
import { controlClient, type ControlOptions } from './control-client.ts'
import { span } from './spans.ts'

interface TrustRow {
  readonly kind: string
  readonly name: string
  readonly generation: number
  readonly fingerprint: string | null
  readonly stage: string
  readonly since: number
  readonly reason?: { readonly code: string, readonly message: string, readonly hint: string }
}

export type TrustAction = 'status' | 'check' | 'commit' | 'abort'

/** Whose files a decision is about. */
export interface TrustSubject {
  readonly kind: string
  readonly name: string
}

/** Exit code 1 when files are invalid or staged. @throws CliError, ConfigError */
export async function trustOfRunning (action: TrustAction, options: ControlOptions & { readonly json?: boolean }, io: CliIo, subject?: TrustSubject): Promise<ExitCode> {
  const client = controlClient(options, io)
  const rows = await (action === 'status' ? client.ask('GET', '/api/v1/trust') : client.ask('POST', `/api/v1/trust/${action}`, subject)) as readonly TrustRow[]
  if (options.json === true) io.out.write(JSON.stringify(rows, null, 2) + '\n')
  else if (rows.length === 0) io.out.write('no bridge and no listener of the running edge has certificate files\n')
  else io.out.write(rows.flatMap(linesOf).map(line => `${escapeControls(line)}\n`).join(''))
  return rows.some(({ reason }) => reason !== undefined) ? ExitCode.FAILURE : ExitCode.OK
}

function linesOf ({ kind, name, generation, fingerprint, stage, since, reason }: TrustRow): readonly string[] {
  return [
    `${kind} ${name}: generation ${generation}, ${stage} for ${span(Date.now() - since)}${fingerprint === null ? '' : `, ${fingerprint.slice(0, 16)}…`}`,
    ...(reason === undefined ? [] : [`  ${reason.message} (${reason.code})`, ...(reason.hint === '' ? [] : [`  what to do: ${reason.hint}`])])
  ]
}
