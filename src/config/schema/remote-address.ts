/** `server` of a bridge: `tls+mqtt-tcp://host:port`, checked here so that nothing odd reaches a dial or a certificate check. */
import { z } from 'zod/v3'
import type { RemoteAddress } from '../model.ts'
import { alternatives } from '../readers/choice.ts'
import { readText } from '../readers/text.ts'
import { readHostName, readPort } from './host-name.ts'
import type { Kind } from './kind.ts'
import { scalar } from './scalar.ts'
import type { Reading } from './reading.ts'

const schemes = ['tls+mqtt-tcp', 'mqtt-tcp'] as const
const secureRemedy = 'Write tls+mqtt-tcp://HOST:PORT, or mqtt-tcp:// for a connection without TLS'

/** Schemes that mean something elsewhere, and why they are none here. */
const otherSchemes: ReadonlyMap<string, string> = new Map([
  ['mqtt-quic', 'MQTT over QUIC is not spoken here, and falling back to another transport would not be what was asked for'],
  ['ws', 'bridges over WebSocket are spoken neither by NanoMQ nor here'],
  ['wss', 'bridges over WebSocket are spoken neither by NanoMQ nor here'],
  ['tls', 'is not a scheme of NanoMQ'],
  ['mqtt', 'is not a scheme of NanoMQ'],
  ['mqtts', 'is not a scheme of NanoMQ'],
  ['tcp', 'is not a scheme of NanoMQ'],
  ['ssl', 'is not a scheme of NanoMQ']
])

export type AddressReading = { readonly address: RemoteAddress } | { readonly fault: string, readonly hint: string }

export function parseRemoteAddress (url: string): AddressReading {
  const [, written = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(url) ?? []
  const scheme = written.toLowerCase()
  if (!schemes.some(known => known === scheme)) return { fault: faultOfScheme(scheme), hint: secureRemedy }
  // what follows an @ is not shown: a password may stand before it, and misplaced ones too
  if (rest.includes('@')) return { fault: 'must not hold a user name or password', hint: 'Use the keys username and password' }
  if (/[?#]/.test(rest)) return { fault: 'must not hold a query or fragment', hint: secureRemedy }
  const [, host = '', path = ''] = /^([^/]*)(.*)$/s.exec(rest) ?? []
  if (path !== '' && path !== '/') return { fault: 'must not hold a path', hint: secureRemedy }
  return readAuthority({ url, scheme, authority: host })
}

function faultOfScheme (scheme: string): string {
  const reason = otherSchemes.get(scheme)
  if (reason !== undefined) return `${scheme}:// ${reason}`
  if (/^(tls\+)?mqtt-tcp[46]$/.test(scheme)) return `${scheme}:// is not supported: the family is chosen by the address`
  return `must begin with ${alternatives(schemes.map(known => `${known}://`))}`
}

interface Parts {
  readonly url: string
  readonly scheme: string
  readonly authority: string
}

function readAuthority ({ url, scheme, authority }: Parts): AddressReading {
  const [, written, digits] = /^(\[[^\]]*\]|[^:]*|.*:.*):(\d*)$/s.exec(authority) ?? []
  if (written === undefined || digits === undefined || digits === '') {
    return { fault: 'the port is missing', hint: 'MQTT over TLS mostly has port 8883, without TLS 1883' }
  }
  const name = readHostName(written)
  if ('fault' in name) return { fault: name.fault, hint: '' }
  const port = readPort(digits, 1)
  if (port === undefined) return { fault: 'the port must be a number from 1 to 65535', hint: '' }
  return { address: { secure: scheme === 'tls+mqtt-tcp', host: name.host, port, url } }
}

export function remoteAddress (): Kind<RemoteAddress> {
  return scalar({
    type: 'URL',
    read (node, reading: Reading) {
      if (node.text.includes('@')) reading.ledger.hide(node)
      const read = parseRemoteAddress(readText(node, reading))
      return 'address' in read ? read.address : reading.refuse(read.fault, read.hint)
    },
    show: address => JSON.stringify(address.url),
    schema: () => z.custom<RemoteAddress>()
  })
}
