/**
 * NanoMQ's placeholders in the parameters of http_auth, filled and encoded. What comes from the wire ends up as the value
 * of one parameter, whatever characters it holds.
 */
import type { HttpAuthRequest, HttpTlsConfig } from '../../config/model.ts'
import type { Credentials } from './rights.ts'

/** What is asked for: NanoMQ's numbers of `%A`. */
export const Access = { NONE: '', SUBSCRIBE: '1', PUBLISH: '2' } as const
export type Access = typeof Access[keyof typeof Access]

/** A request that is ready to be sent. Equal questions have equal fields. */
export interface FilledRequest {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly tls: HttpTlsConfig | null
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

type Values = Readonly<Record<string, string | null>>

const PLACEHOLDER = /%[ucarPpCdAtm]/g
const FORM = 'application/x-www-form-urlencoded'
/** Node writes these itself; set by hand they would contradict the body. */
const OWN_HEADERS = new Set(['content-type', 'content-length', 'transfer-encoding', 'connection'])

export function fillRequest (request: HttpAuthRequest, who: Credentials, access: Access, topic: string): FilledRequest {
  const pairs = filledParams(request.params, valuesOf(who, access, topic))
  const headers = otherHeaders(request.headers)
  if (request.method === 'GET') {
    const url = new URL(request.url)
    for (const [name, value] of pairs) url.searchParams.append(name, value)
    return { method: 'GET', url: url.href, tls: request.tls, headers, body: '' }
  }
  const contentType = headerOf(request.headers, 'content-type') ?? FORM
  const json = contentType.toLowerCase().includes('json')
  const body = json ? jsonOf(pairs) : new URLSearchParams(pairs).toString()
  return { method: 'POST', url: request.url, tls: request.tls, headers: { ...headers, 'content-type': contentType }, body }
}

function valuesOf (who: Credentials, access: Access, topic: string): Values {
  return {
    '%u': who.username,
    '%c': who.clientId,
    '%a': who.address,
    '%r': who.level === 3 ? 'MQIsdp' : 'MQTT',
    '%P': who.password?.toString('utf8') ?? null,
    '%p': String(who.port),
    '%C': who.certificate?.commonName ?? null,
    '%d': who.certificate?.subject ?? null,
    '%A': access === Access.NONE ? null : access,
    '%t': topic === '' ? null : topic,
    '%m': null
  }
}

/** A parameter that is nothing but a placeholder without a value is left out, as NanoMQ does. */
function filledParams (params: Readonly<Record<string, string>>, values: Values): [string, string][] {
  const pairs: [string, string][] = []
  for (const [name, template] of Object.entries(params)) {
    if (values[template] === null) continue
    pairs.push([name, template.replace(PLACEHOLDER, placeholder => values[placeholder] ?? '')])
  }
  return pairs
}

/** Written member by member, because an object would take a name such as `__proto__` for something else. */
function jsonOf (pairs: readonly (readonly [string, string])[]): string {
  return `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join()}}`
}

function headerOf (headers: Readonly<Record<string, string>>, name: string): string | null {
  for (const [key, value] of Object.entries(headers)) if (key.toLowerCase() === name) return value
  return null
}

function otherHeaders (headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OWN_HEADERS.has(name.toLowerCase())))
}
