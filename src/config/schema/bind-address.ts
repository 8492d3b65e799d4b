/** `bind` of a listener: `0.0.0.0:1883`, `[::]:1883`, `:1883`, and for WebSocket a path behind it. */
import { z } from 'zod/v3'
import { readText } from '../readers/text.ts'
import { readHostName, readPort } from './host-name.ts'
import type { Kind } from './kind.ts'
import { scalar } from './scalar.ts'

export interface BindAddress {
  readonly host: string
  readonly port: number
  /** With its slash; empty without one. */
  readonly path: string
}

const schemes = /^(nmq-tcp|tls\+nmq-tcp|nmq-ws|nmq-wss):\/\//i
const example = 'must be an address and a port, such as 0.0.0.0:1883 or [::]:1883'

export function parseBindAddress (written: string): BindAddress | { readonly fault: string } {
  const [, host = '', digits = '', path = ''] = /^(?:(.*):)?(\d+)(\/.*)?$/s.exec(written.replace(schemes, '')) ?? []
  const port = readPort(digits, 0)
  if (port === undefined) return { fault: example }
  if (/[\s?#]/.test(path)) return { fault: 'the path must not hold blanks, a query or a fragment' }
  const name = host === '' ? { host: '0.0.0.0' } : readHostName(host)
  return 'fault' in name ? { fault: `${example}; ${name.fault}` } : { host: name.host, port, path }
}

export function bindAddress (): Kind<BindAddress> {
  return scalar({
    type: 'address',
    read (node, reading) {
      const address = parseBindAddress(readText(node, reading))
      return 'fault' in address ? reading.refuse(address.fault) : address
    },
    show: showBind,
    schema: () => z.custom<BindAddress>()
  })
}

export function showBind ({ host, port, path }: BindAddress): string {
  return JSON.stringify(`${host.includes(':') ? `[${host}]` : host}:${port}${path}`)
}
