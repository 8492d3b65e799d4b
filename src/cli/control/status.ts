/** `causeway status`: how a running edge is, for a person or as JSON. */
import { escapeControls } from '../../control-characters.ts'
import { type CliIo, ExitCode } from '../io.ts'
import { controlClient, type ControlOptions } from './control-client.ts'
import { count, span } from './spans.ts'

interface Reason {
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** What `/api/v1/status` answers. */
interface Status {
  readonly version: string
  readonly pid: number
  readonly startedAt: number
  readonly ready: boolean
  readonly devices: number
  readonly listeners: readonly { readonly name: string, readonly transport: string, readonly host: string, readonly port: number, readonly path: string, readonly connections: number }[]
  /** Absent from versions before it. */
  readonly sidecar?: { readonly server: string, readonly broker: string, readonly status: BridgeStatus } | null
  readonly bridges: readonly { readonly name: string, readonly server: string, readonly status: BridgeStatus }[]
  readonly trust: readonly TrustStatus[]
  /** Absent from versions before them. */
  readonly alerts?: readonly { readonly severity: string, readonly since: number, readonly message: string, readonly hint: string }[]
}

interface BridgeStatus {
  readonly name: string
  readonly since: number
  readonly queued: number
  /** Part of what may wait, 0 to 1; absent from versions before it. */
  readonly queueFill?: number
  /** While it is up; absent from versions before it. */
  readonly clientId?: string
  /** Absent from versions before it. */
  readonly links?: { readonly all: number, readonly up: number }
  readonly reason?: Reason
  readonly failures?: number
  readonly retryInMs?: number
  readonly counters: Readonly<Record<string, number>>
  /** Absent from versions before it. */
  readonly today?: { readonly sentBytes: number, readonly receivedBytes: number }
}

interface TrustStatus {
  readonly kind: string
  readonly name: string
  readonly generation: number
  readonly stage: string
  readonly since: number
  readonly reason?: Reason
}

/** Exit code 0 when an edge answers, whatever its bridges do. @throws CliError, ConfigError */
export async function showStatus (options: ControlOptions & { readonly json?: boolean }, io: CliIo): Promise<ExitCode> {
  const status = await controlClient(options, io).ask('GET', '/api/v1/status') as Status
  io.out.write(options.json === true ? JSON.stringify(status, null, 2) + '\n' : picture(status, io.terminal, Date.now()))
  return ExitCode.OK
}

const green = ['up', 'settled', 'ready']
const grey = ['disabled', 'stopped', 'idle']

function picture ({ version, pid, startedAt, ready, devices, listeners, sidecar = null, bridges, trust, alerts = [] }: Status, colour: boolean, now: number): string {
  const paint = (word: string): string => colour ? `\u001b[${green.includes(word) ? 32 : grey.includes(word) ? 90 : 33}m${word}\u001b[0m` : word
  const width = Math.max(0, ...[...listeners, ...bridges, ...trust].map(({ name }) => name.length))
  const lines = [
    `causeway ${version}, process ${pid}, up ${span(now - startedAt)}, ${paint(ready ? 'ready' : 'not ready')}, ${count(devices)} devices`,
    ...section('listeners', listeners.map(({ name, transport, host, port, path, connections }) => `  ${name.padEnd(width)}  ${transport} ${host.includes(':') ? `[${host}]` : host}:${port}${path}  ${count(connections)} connections`)),
    ...section('local broker', sidecar === null ? [] : bridgeLines(`${'sidecar'.padEnd(width)}  ${paint(sidecar.status.name)} ${span(now - sidecar.status.since)}  ${sidecar.server}${sidecar.broker === '' ? '' : `, ${sidecar.broker}`}`, sidecar.status)),
    ...section('bridges', bridges.flatMap(({ name, server, status }) => bridgeLines(`${name.padEnd(width)}  ${paint(status.name)} ${span(now - status.since)}  ${server}${status.clientId === undefined ? '' : ` as ${status.clientId}`}${linksIn(status)}`, status))),
    ...section('certificates', trust.flatMap(({ kind, name, generation, stage, since, reason }) => [`  ${name.padEnd(width)}  ${kind}, generation ${generation}, ${paint(stage)} ${span(now - since)}`, ...reasonLines(reason)])),
    ...section('alerts', alerts.flatMap(({ severity, since, message, hint }) => [`  ${paint(severity)} for ${span(now - since)}: ${message}`, ...(hint === '' ? [] : [`      what to do: ${hint}`])]))
  ]
  return lines.map(line => `${shown(line, colour)}\n`).join('')
}

function section (title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines]
}

function linksIn ({ links = { all: 1, up: 1 } }: BridgeStatus): string {
  return links.all === 1 ? '' : `, ${links.up} of ${links.all} links up`
}

function bridgeLines (head: string, { queued, queueFill = 0, counters, today, reason, failures = 0, retryInMs = 0 }: BridgeStatus): readonly string[] {
  const of = (...names: readonly string[]): string => count(names.reduce((sum, name) => sum + (counters[name] ?? 0), 0))
  const numbers = `sent ${of('sentQos0', 'sentQos1', 'sentQos2')}, acknowledged ${of('acknowledged')}, received ${of('received')}, waiting ${count(queued)}${queueFill < 0.01 ? '' : ` (${Math.round(queueFill * 100)} % of what may)`}, dropped ${of('droppedLinkDown', 'droppedFull', 'droppedAge', 'droppedOldest', 'droppedDamaged', 'droppedTooLarge', 'droppedExpired', 'refusedByRemote', 'setAside')}${today === undefined ? '' : `; today ${count(today.sentBytes)} bytes up, ${count(today.receivedBytes)} down`}`
  return [`  ${head}`, `      ${numbers}`, ...(reason === undefined ? [] : [`      ${count(failures)} failures, next try within ${span(retryInMs + 999)}`]), ...reasonLines(reason)]
}

function reasonLines (reason: Reason | undefined): readonly string[] {
  if (reason === undefined) return []
  return [`      ${reason.message} (${reason.code})`, ...(reason.hint === '' ? [] : [`      what to do: ${reason.hint}`])]
}

/** Our own colours stay; what a remote has said may move no cursor. */
function shown (line: string, colour: boolean): string {
  // eslint-disable-next-line no-control-regex -- the colours just put in
  return colour ? line.split(/(\u001b\[\d+m)/).map((part, i) => i % 2 === 1 ? part : escapeControls(part)).join('') : escapeControls(line)
}
