/** What came of dialling the remote of one bridge, without a byte of MQTT. */
import { tryRemote } from '../bridge/link/trial.ts'
import type { BridgeConfig } from '../config/model.ts'
import { CausewayError } from '../errors.ts'
import { escapeControls } from '../readable-line.ts'
import type { CanaryVerdict } from '../trust/canary.ts'
import { createTrustSnapshot } from '../trust/snapshot.ts'

type Accepted = Extract<CanaryVerdict, { kind: 'accepted' }>

export interface RemoteVerdict {
  readonly bridge: string
  readonly server: string
  /** The CA file it was tried with; null: the bridge has no TLS. */
  readonly cacertfile: string | null
  readonly verdict: 'accepted' | 'refused' | 'unreachable' | 'invalid' | 'no tls'
  readonly code: string
  readonly reason: string
  readonly hint: string
  readonly warnings: readonly string[]
  /** OCSP answers that speak for the remote. */
  readonly ocsp: readonly { readonly subject: string, readonly until: string }[]
}

/** Before anything is known. */
export function about ({ name, server }: BridgeConfig): Omit<RemoteVerdict, 'verdict'> {
  return { bridge: name, server: server.url, cacertfile: null, code: '', reason: '', hint: '', warnings: [], ocsp: [] }
}

/** @param candidate a file in the place of `cacertfile` */
export async function verdictOn (config: BridgeConfig, candidate: string | null, signal: AbortSignal): Promise<RemoteVerdict> {
  const tls = config.tls === null ? null : { ...config.tls, cacertfile: candidate ?? config.tls.cacertfile }
  const tried = { ...about(config), cacertfile: tls?.cacertfile ?? null }
  try {
    const snapshot = tls === null ? null : await createTrustSnapshot(tls, 1)
    const trial = await tryRemote(config, snapshot, signal)
    const known = { ...tried, verdict: trial.kind, warnings: snapshot?.warnings ?? [] }
    return trial.kind === 'accepted' ? { ...known, ...proofIn(trial, known.warnings) } : { ...known, ...wordsOf(trial.reason) }
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error
    return { ...tried, ...wordsOf(error), verdict: 'invalid' }
  }
}

function proofIn ({ note, answers = [] }: Accepted, warnings: readonly string[]): Pick<RemoteVerdict, 'warnings' | 'ocsp'> {
  return {
    warnings: note === undefined ? warnings : [...warnings, note],
    ocsp: answers.map(({ subject, notAfter }) => ({ subject, until: new Date(notAfter).toISOString() }))
  }
}

function wordsOf ({ code, message, hint }: CausewayError): Pick<RemoteVerdict, 'code' | 'reason' | 'hint'> {
  return { code, reason: message, hint }
}

/** In lines for people. */
export function renderVerdict ({ bridge, server, cacertfile, verdict, code, reason, hint, warnings, ocsp }: RemoteVerdict, colour: boolean): string {
  const shade = verdict === 'accepted' ? '32' : verdict === 'no tls' ? '90' : '31'
  const shown = colour ? `\u001b[${shade}m${verdict}\u001b[0m` : verdict
  const lines = [
    ...(cacertfile === null ? [] : [`  with ${cacertfile}`]),
    ...(reason === '' ? [] : [`  ${reason}${code === '' ? '' : ` (${code})`}`]),
    ...(hint === '' ? [] : [`  what to do: ${hint}`]),
    ...ocsp.map(({ subject, until }) => `  OCSP: ${subject} is good until ${until}`),
    ...warnings.map(warning => `  warning: ${warning}`)
  ]
  // what a remote has said may be in the reason
  return `${escapeControls(`${bridge}  ${server}`)}  ${shown}\n` + lines.map(line => `${escapeControls(line)}\n`).join('')
}
