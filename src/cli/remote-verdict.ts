/** What came of dialling the remote of one bridge: without a byte of MQTT, or up to its CONNACK. */
import { bridgeCodes } from '../bridge/errors.ts'
import { type Rehearsal, rehearsalId, rehearse } from '../bridge/link/rehearsal.ts'
import { Refusal } from '../bridge/link/remote-reason.ts'
import { tryRemote } from '../bridge/link/trial.ts'
import type { BridgeConfig } from '../config/model.ts'
import { CausewayError } from '../errors.ts'
import { escapeControls } from '../control-characters.ts'
import type { CanaryVerdict } from '../trust/canary.ts'
import { HandshakeError, handshakeCodes } from '../trust/errors.ts'
import type { InUse } from '../trust/in-use.ts'
import { createTrustSnapshot } from '../trust/snapshot.ts'

type Accepted = Extract<CanaryVerdict, { kind: 'accepted' }>

/** What was said in MQTT. */
interface Conversation {
  readonly clientId: string
  /** Of CONNACK: 0 accepts; null: none came. */
  readonly returnCode: number | null
  /** What CONNACK has told; null: nothing. `maximumPacketSize` null: no limit. */
  readonly limits: { readonly keepaliveSeconds: number, readonly receiveMaximum: number, readonly maximumPacketSize: number | null, readonly maximumQos: number, readonly retainAvailable: boolean } | null
}

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
  /** null: nothing was. */
  readonly mqtt: Conversation | null
}

/** Before anything is known. */
export function about ({ name, server }: BridgeConfig): Omit<RemoteVerdict, 'verdict'> {
  return { bridge: name, server: server.url, cacertfile: null, code: '', reason: '', hint: '', warnings: [], ocsp: [], mqtt: null }
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

/**
 * Says CONNECT too, as the bridge would.
 * @param clientId in the place of one that disturbs no bridge
 */
export async function connectVerdict (config: BridgeConfig, clientId: string | null, signal: AbortSignal): Promise<RemoteVerdict> {
  const tried = { ...about(config), cacertfile: config.tls?.cacertfile ?? null }
  const id = clientId ?? rehearsalId(config)
  try {
    const snapshot = config.tls === null ? null : await createTrustSnapshot(config.tls, 1)
    const rehearsal = await rehearse(config, id, snapshot, signal)
    const warnings = [...snapshot?.warnings ?? [], ...rehearsal.unproven]
    return { ...tried, verdict: 'accepted', warnings, ocsp: ocspOf(rehearsal.answers), mqtt: { clientId: id, returnCode: 0, limits: limitsOf(rehearsal) } }
  } catch (error) {
    if (!(error instanceof CausewayError)) throw error
    if (error instanceof Refusal) return { ...tried, ...wordsOf(error), hint: `${error.hint}${clientId === null ? OTHER_ID : ''}`, verdict: 'refused', mqtt: { clientId: id, returnCode: error.returnCode, limits: null } }
    return { ...tried, ...wordsOf(error), verdict: verdictIn(error) }
  }
}

const OTHER_ID = ' It was asked under another client id than the bridge has: a remote that lets only that one in is asked with --as, while the bridge does not run.'

/** Codes of a remote that said neither yes nor no. */
const nobodyThere: ReadonlySet<string> = new Set([handshakeCodes.unreachable, handshakeCodes.timeout, handshakeCodes.aborted, bridgeCodes.unreachable, bridgeCodes.stopped])

function verdictIn (error: CausewayError): 'refused' | 'unreachable' | 'invalid' {
  if (nobodyThere.has(error.code)) return 'unreachable'
  return error instanceof HandshakeError || error.code === bridgeCodes.noConnack ? 'refused' : 'invalid'
}

function limitsOf ({ acceptance: { terms, keepaliveSeconds } }: Rehearsal): Conversation['limits'] {
  const { receiveMaximum, maximumPacketSize, maximumQos, retainAvailable } = terms
  return { keepaliveSeconds, receiveMaximum, maximumPacketSize: Number.isFinite(maximumPacketSize) ? maximumPacketSize : null, maximumQos, retainAvailable }
}

function ocspOf (answers: readonly InUse[]): RemoteVerdict['ocsp'] {
  return answers.map(({ subject, notAfter }) => ({ subject, until: new Date(notAfter).toISOString() }))
}

function proofIn ({ note, answers = [] }: Accepted, warnings: readonly string[]): Pick<RemoteVerdict, 'warnings' | 'ocsp'> {
  return {
    warnings: note === undefined ? warnings : [...warnings, note],
    ocsp: ocspOf(answers)
  }
}

function wordsOf ({ code, message, hint }: CausewayError): Pick<RemoteVerdict, 'code' | 'reason' | 'hint'> {
  return { code, reason: message, hint }
}

function limitWords ({ keepaliveSeconds, receiveMaximum, maximumPacketSize, maximumQos, retainAvailable }: NonNullable<Conversation['limits']>): string {
  return `up to QoS ${maximumQos}, ${receiveMaximum} messages at once, ${maximumPacketSize === null ? 'packets of any size' : `packets up to ${maximumPacketSize} bytes`}, ${retainAvailable ? '' : 'no '}retained messages, keepalive ${keepaliveSeconds} s`
}

/** In lines for people. */
export function renderVerdict ({ bridge, server, cacertfile, verdict, code, reason, hint, warnings, ocsp, mqtt }: RemoteVerdict, colour: boolean): string {
  const shade = verdict === 'accepted' ? '32' : verdict === 'no tls' ? '90' : '31'
  const shown = colour ? `\u001b[${shade}m${verdict}\u001b[0m` : verdict
  const lines = [
    ...(cacertfile === null ? [] : [`  with ${cacertfile}`]),
    ...(mqtt === null ? [] : [`  CONNECT as ${mqtt.clientId}: CONNACK ${mqtt.returnCode ?? ''}${mqtt.limits === null ? '' : `, ${limitWords(mqtt.limits)}`}`]),
    ...(reason === '' ? [] : [`  ${reason}${code === '' ? '' : ` (${code})`}`]),
    ...(hint === '' ? [] : [`  what to do: ${hint}`]),
    ...ocsp.map(({ subject, until }) => `  OCSP: ${subject} is good until ${until}`),
    ...warnings.map(warning => `  warning: ${warning}`)
  ]
  // what a remote has said may be in the reason
  return `${escapeControls(`${bridge}  ${server}`)}  ${shown}\n` + lines.map(line => `${escapeControls(line)}\n`).join('')
}
