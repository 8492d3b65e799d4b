/** `causeway trust fetch`: what a server shows, what is wrong with it for a given CA file, and a file of it to be trusted after review. */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { tlsDialOptions } from '../bridge/link/dial.ts'
import { loadConfig } from '../config/load.ts'
import type { BridgeConfig } from '../config/model.ts'
import { CausewayError } from '../errors.ts'
import { escapeControls } from '../control-characters.ts'
import { tryCandidate } from '../trust/canary.ts'
import { renderCertificates } from '../trust/certificate-table.ts'
import { describeCertificate } from '../trust/describe.ts'
import type { DialOptions } from '../trust/dial.ts'
import { TrustError, trustCodes } from '../trust/errors.ts'
import { shownChain, trustworthyPart } from '../trust/shown-chain.ts'
import { describeStaple } from '../trust/revocation/staple-words.ts'
import { createTrustSnapshot } from '../trust/snapshot.ts'
import { writeTrustFile } from '../trust/trust-file.ts'
import { type CliIo, ExitCode } from './io.ts'
import type { ServerAddress } from './option-values.ts'

export interface FetchOptions {
  /** Name to send and check in place of the host. */
  readonly sni?: string
  readonly cacert?: string
  readonly conf?: string
  readonly out?: string
  readonly force?: boolean
  readonly json?: boolean
}

/** What a CA file says of the server. */
interface Judgement {
  readonly cacertfile: string
  readonly verdict: 'accepted' | 'refused' | 'unreachable' | 'invalid'
  readonly code: string
  readonly reason: string
  readonly hint: string
}

const TIMEOUT_MS = 10_000
const NOTHING_VERIFIED = 'Nothing was verified by this: whoever answers at that address is shown. Compare each fingerprint with the one its operator tells you by another way.'

/** Exit code 1 when the server is not reached, or not accepted by what it is held against. */
export async function fetchChain (address: ServerAddress, options: FetchOptions, io: CliIo): Promise<ExitCode> {
  const { host, port } = address
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const servername = options.sni ?? (isIP(host) === 0 ? host : null)
  const { chain, protocol, staple } = await shownChain({ host, port, servername, timeoutMs: TIMEOUT_MS, signal: io.stop })
  const certificates = chain.map((certificate, i) => describeCertificate(certificate, `${place} ${i + 1} of ${chain.length}`))
  const stapled = describeStaple(staple, chain)
  const judgements = await judged(address, options, io)
  if (options.json !== true) {
    io.out.write(renderCertificates(certificates, { colour: io.terminal, width: io.columns }))
    io.out.write(`\nstapled OCSP response: ${escapeControls(stapled.words)}\n\n${NOTHING_VERIFIED}\n`)
    for (const judgement of judgements) io.out.write(`\n${rendered(judgement)}`)
  }
  const file = options.out === undefined ? null : resolve(io.cwd, options.out)
  if (file !== null) {
    await writeTrustFile(file, trustworthyPart(chain, place), [`as shown by ${place} on ${new Date().toISOString()}, not verified`], options.force === true)
    if (options.json !== true) io.out.write(`\nwritten: ${file}\nAfter review: cacertfile = ${JSON.stringify(file)}\n`)
  }
  if (options.json === true) io.out.write(JSON.stringify({ host, port, protocol, verified: false, certificates, stapled, judgements, written: file }, null, 2) + '\n')
  return judgements.every(({ verdict }) => verdict === 'accepted') ? ExitCode.OK : ExitCode.FAILURE
}

async function judged (address: ServerAddress, { sni, cacert, conf }: FetchOptions, io: CliIo): Promise<Judgement[]> {
  const judgements: Judgement[] = []
  if (cacert !== undefined) {
    const cacertfile = resolve(io.cwd, cacert)
    judgements.push(await judge(cacertfile, async () => ({
      ...address,
      servername: sni ?? null,
      snapshot: await createTrustSnapshot({ cacertfile, certfile: null, keyfile: null, keyPassword: null }, 1),
      connectTimeoutMs: TIMEOUT_MS,
      handshakeTimeoutMs: TIMEOUT_MS,
      signal: io.stop,
      nodelay: true,
      keepalive: false,
      localAddress: null
    })))
  }
  if (conf !== undefined) {
    const { config } = loadConfig({ file: resolve(io.cwd, conf), cwd: io.cwd, environment: io.environment })
    for (const bridge of bridgesTo(address, config.bridges, conf)) {
      const { tls } = bridge
      if (tls !== null) judgements.push(await judge(tls.cacertfile, async () => tlsDialOptions(bridge, await createTrustSnapshot(tls, 1), io.stop)))
    }
  }
  return judgements
}

function bridgesTo ({ host, port }: ServerAddress, bridges: readonly BridgeConfig[], conf: string): BridgeConfig[] {
  const found = bridges.filter(({ server, tls }) => tls !== null && server.host === host && server.port === port)
  if (found.length === 0) throw new TrustError(trustCodes.notReady, `no bridge of ${conf} dials ${host}:${port} with TLS`, { hint: 'Write host and port as in its server, or hold it against a file with --cacert.' })
  return found
}

async function judge (cacertfile: string, options: () => Promise<DialOptions>): Promise<Judgement> {
  const words = ({ code, message, hint }: CausewayError): Pick<Judgement, 'code' | 'reason' | 'hint'> => ({ code, reason: message, hint })
  try {
    const verdict = await tryCandidate(await options())
    return { cacertfile, verdict: verdict.kind, ...(verdict.kind === 'accepted' ? { code: '', reason: verdict.note ?? '', hint: '' } : words(verdict.reason)) }
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error
    return { cacertfile, verdict: 'invalid', ...words(error) }
  }
}

function rendered ({ cacertfile, verdict, code, reason, hint }: Judgement): string {
  const lines = [`with ${cacertfile}: ${verdict}`, ...(reason === '' ? [] : [`  ${reason}${code === '' ? '' : ` (${code})`}`]), ...(hint === '' ? [] : [`  what to do: ${hint}`])]
  return lines.map(line => `${escapeControls(line)}\n`).join('')
}
