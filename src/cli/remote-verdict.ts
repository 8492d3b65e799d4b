/** What came of dialling the remote of one bridge, without a byte of MQTT. */
import { tryRemote } from '../bridge/trial.ts'
import type { BridgeConfig } from '../config/model.ts'
import { CausewayError } from '../errors.ts'
import { escapeControls } from '../readable-line.ts'
import { createTrustSnapshot } from '../trust/snapshot.ts'

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
}

/** Before anything is known. */
export function about ({ name, server }: BridgeConfig): Omit<RemoteVerdict, 'verdict'> {
  return { bridge: name, server: server.url, cacertfile: null, code: '', reason: '', hint: '', warnings: [] }
}

/** @param candidate a file in the place of `cacertfile` */
export async function verdictOn (config: BridgeConfig, candidate: string | null, signal: AbortSignal): Promise<RemoteVerdict> {
  const tls = config.tls === null ? null : { ...config.tls, cacertfile: candidate ?? config.tls.cacertfile }
  const tried = { ...about(config), cacertfile: tls?.cacertfile ?? null }
  try {
    const snapshot = tls === null ? null : await createTrustSnapshot(tls, 1)
    const trial = await tryRemote(config, snapshot, signal)
    return { ...tried, ...(trial.kind === 'accepted' ? {} : wordsOf(trial.reason)), verdict: trial.kind, warnings: snapshot?.warnings ?? [] }
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error
    return { ...tried, ...wordsOf(error), verdict: 'invalid' }
  }
}

function wordsOf ({ code, message, hint }: CausewayError): Pick<RemoteVerdict, 'code' | 'reason' | 'hint'> {
  return { code, reason: message, hint }
}

/** In lines for people. */
export function renderVerdict ({ bridge, server, cacertfile, verdict, code, reason, hint, warnings }: RemoteVerdict, colour: boolean): string {
  const shade = verdict === 'accepted' ? '32' : verdict === 'no tls' ? '90' : '31'
  const shown = colour ? `\u001b[${shade}m${verdict}\u001b[0m` : verdict
  const lines = [
    ...(cacertfile === null ? [] : [`  with ${cacertfile}`]),
    ...(reason === '' ? [] : [`  ${reason}${code === '' ? '' : ` (${code})`}`]),
    ...(hint === '' ? [] : [`  what to do: ${hint}`]),
    ...warnings.map(warning => `  warning: ${warning}`)
  ]
  // what a remote has said may be in the reason
  return `${escapeControls(`${bridge}  ${server}`)}  ${shown}\n` + lines.map(line => `${escapeControls(line)}\n`).join('')
}
