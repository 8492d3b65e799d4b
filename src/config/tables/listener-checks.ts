/** What the listeners must agree on: certificates where there is TLS, and one listener a port. */
import type { BindAddress } from '../schema/bind-address.ts'
import type { Reading } from '../schema/reading.ts'
import type { Given } from '../schema/section.ts'
import type { PlainValues, TlsValues } from './listener-keys.ts'

export interface ListenersValues {
  readonly tcp: readonly PlainValues[]
  readonly ssl: readonly TlsValues[]
  readonly ws: readonly PlainValues[]
  readonly wss: readonly TlsValues[]
}

type Words = keyof ListenersValues

/** One listener that is opened, with the default port of its kind where none is written. */
interface Opened {
  readonly bind: Given<BindAddress>
  readonly at: Reading
}

const defaultPort: Readonly<Record<Words, number>> = { tcp: 1883, ssl: 8883, ws: 8083, wss: 8086 }
const words: readonly Words[] = ['tcp', 'ssl', 'ws', 'wss']

/** Each is compared with those of its port. */
const mostListeners = 1000

export function checkListeners (given: Given<ListenersValues>, reading: Reading): void {
  const opened = words.flatMap(word => openedOf(word, given, reading))
  if (opened.length > mostListeners) return reading.refuse(`are more than ${mostListeners}`)
  checkPorts(opened)
  checkPaths(given, reading)
  checkCertificates(given, reading)
  if (opened.length === 0) reading.refuse('opens none: no device could connect', 'Enable one, or remove the block to have 0.0.0.0:1883')
}

function openedOf (word: Words, given: Given<ListenersValues>, reading: Reading): readonly Opened[] {
  return (given[word] ?? []).flatMap((each, i) => {
    const at = reading.find([word, i])
    if (each?.enable !== false) return [{ bind: each?.bind ?? { host: '0.0.0.0', port: defaultPort[word] }, at }]
    at.named('enable').warn('is false: not opened here; NanoMQ opens it nevertheless')
    return []
  })
}

function checkPorts (opened: readonly Opened[]): void {
  const byPort = new Map<number | undefined, Opened[]>()
  for (const each of opened) {
    const { bind, at } = each
    const before = byPort.get(bind.port) ?? []
    const other = before.find(earlier => collide(earlier.bind, bind))
    before.push(each)
    byPort.set(bind.port, before)
    if (other !== undefined) at.named('bind').refuse(`is the port of ${other.at.path} too: only one of them could be opened`, 'Give each listener its own port')
  }
}

/** An address that means every address of the machine meets any other; `::` takes IPv4 along. */
const everywhere: readonly (string | undefined)[] = ['0.0.0.0', '::']

function collide (a: Given<BindAddress>, b: Given<BindAddress>): boolean {
  if (a.port !== b.port || a.port === 0) return false
  return a.host === b.host || everywhere.includes(a.host) || everywhere.includes(b.host)
}

function checkPaths (given: Given<ListenersValues>, reading: Reading): void {
  for (const word of ['tcp', 'ssl'] as const) {
    given[word]?.forEach((each, i) => {
      if ((each?.bind?.path ?? '') !== '') reading.find([word, i]).named('bind').refuse('has a path, which only a WebSocket listener has', 'Remove it, or move the listener to ws or wss')
    })
  }
}

function checkCertificates (given: Given<ListenersValues>, reading: Reading): void {
  const shared = given.ssl?.[0]?.certfile
  for (const word of ['ssl', 'wss'] as const) {
    given[word]?.forEach((each, i) => {
      const isBare = each?.certfile === undefined && each?.keyfile === undefined // one without the other is told elsewhere
      if (each?.enable === false || !isBare || (word === 'wss' && shared !== undefined)) return
      reading.find([word, i]).named('certfile').refuse('is missing: without certfile and keyfile no TLS handshake can succeed', 'Add both, or remove the listener')
    })
  }
}
