/** `causeway trust`: dials the remotes of a configuration as its bridges would and says what would happen, without a byte of MQTT. */
import { resolve } from 'node:path'
import { tlsDialOptions } from '../bridge/dial.ts'
import { loadConfig } from '../config/load.ts'
import { locateConfig } from '../config/locate.ts'
import type { BridgeConfig, BridgeTlsConfig } from '../config/model.ts'
import { CausewayError } from '../errors.ts'
import { escapeControls } from '../readable-line.ts'
import { tryCandidate } from '../trust/canary.ts'
import { createTrustSnapshot } from '../trust/snapshot.ts'
import { type CliIo, ExitCode } from './io.ts'

export interface VerifyOptions {
  readonly conf?: string
  /** A file in the place of every `cacertfile`. */
  readonly candidate?: string
  readonly json?: boolean
}

interface Verdict {
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

/**
 * Exit code 1 unless every remote with TLS was reached, and it and the files accept each other.
 * @throws ConfigError for exit code 2
 */
export async function verifyTrust (options: VerifyOptions, io: CliIo): Promise<ExitCode> {
  const { file } = locateConfig(options.conf, io.cwd, io.environment)
  const { config } = loadConfig({ file, cwd: io.cwd, environment: io.environment })
  const candidate = options.candidate === undefined ? null : resolve(io.cwd, options.candidate)
  const bridges = config.bridges.filter(({ enable }) => enable)
  const verdicts = await Promise.all(bridges.map(async bridge => verdictOn(bridge, candidate, io.stop)))
  if (options.json === true) io.out.write(JSON.stringify(verdicts, null, 2) + '\n')
  else for (const verdict of verdicts) io.out.write(rendered(verdict, io.terminal))
  if (verdicts.length === 0 && options.json !== true) io.out.write('no bridge is enabled in this configuration\n')
  return verdicts.every(({ verdict }) => verdict === 'accepted' || verdict === 'no tls') ? ExitCode.OK : ExitCode.FAILURE
}

async function verdictOn (config: BridgeConfig, candidate: string | null, signal: AbortSignal): Promise<Verdict> {
  const about = { bridge: config.name, server: config.server.url, cacertfile: null, code: '', reason: '', hint: '', warnings: [] }
  if (config.tls === null) return { ...about, verdict: 'no tls', reason: 'this bridge does not use TLS' }
  const tls: BridgeTlsConfig = { ...config.tls, cacertfile: candidate ?? config.tls.cacertfile }
  const tried = { ...about, cacertfile: tls.cacertfile }
  try {
    const snapshot = await createTrustSnapshot(tls, 1)
    const verdict = await tryCandidate(tlsDialOptions(config, snapshot, signal))
    const why = verdict.kind === 'accepted' ? {} : wordsOf(verdict.reason)
    return { ...tried, ...why, verdict: verdict.kind, warnings: snapshot.warnings }
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error
    return { ...tried, ...wordsOf(error), verdict: 'invalid' }
  }
}

function wordsOf ({ code, message, hint }: CausewayError): Pick<Verdict, 'code' | 'reason' | 'hint'> {
  return { code, reason: message, hint }
}

function rendered ({ bridge, server, cacertfile, verdict, code, reason, hint, warnings }: Verdict, colour: boolean): string {
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
