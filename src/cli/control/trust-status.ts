/** `causeway trust status` and `check`: where the certificate files of a running edge stand. */
import { escapeControls } from '../../control-characters.ts'
import { type CliIo, ExitCode } from '../io.ts'
import { controlClient, type ControlOptions } from './control-client.ts'
import { span } from './spans.ts'

export interface TrustRow {
  readonly kind: string
  readonly name: string
  readonly generation: number
  readonly fingerprint: string | null
  readonly stage: string
  readonly since: number
  /** Fingerprint of what waits. */
  readonly candidate?: string
  readonly reason?: { readonly code: string, readonly message: string, readonly hint: string }
}

/** Exit code 1 when files are invalid or staged. @throws CliError, ConfigError */
export async function trustOfRunning (action: 'status' | 'check', options: ControlOptions & { readonly json?: boolean }, io: CliIo): Promise<ExitCode> {
  const client = controlClient(options, io)
  const rows = await (action === 'status' ? client.ask('GET', '/api/v1/trust') : client.ask('POST', '/api/v1/trust/check')) as readonly TrustRow[]
  return showTrust(rows, options, io)
}

export function showTrust (rows: readonly TrustRow[], { json }: { readonly json?: boolean }, io: CliIo): ExitCode {
  if (json === true) io.out.write(JSON.stringify(rows, null, 2) + '\n')
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
