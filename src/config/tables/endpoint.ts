/** A receiver of notices: its URL, what is sent along, and how it is verified. */
import type { EndpointTlsConfig } from '../model.ts'
import { works } from '../schema/key.ts'
import type { Kind } from '../schema/kind.ts'
import { bool, line, path, text } from '../schema/scalars.ts'
import type { Reading } from '../schema/reading.ts'
import { type Given, type Keys, section } from '../schema/section.ts'
import { texts } from '../schema/groups.ts'
import { checkKeyPair } from './bridge-ssl.ts'
import { webUrl } from './web-url.ts'

export interface EndpointValues {
  readonly url: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly secret: string | null
  readonly ssl: SslValues | null
}

interface SslValues extends Omit<EndpointTlsConfig, 'cacertfile'> {
  readonly enable: boolean
  readonly cacertfile: string | null
  readonly verifyPeer: boolean
}

const ssl: Kind<SslValues> = section<SslValues>({
  keys: {
    enable: works('enable', bool(), { or: true, ours: true, says: 'Whether the block holds. An `https://` URL needs it.' }),
    cacertfile: works('cacertfile', path(), { or: null, ours: true, says: 'PEM file of the certificates that are trusted, and nothing else is. Required for `https://`.' }),
    certfile: works('certfile', path(), { or: null, ours: true, says: 'PEM file of a client certificate and its chain, leaf first. Together with `keyfile`.' }),
    keyfile: works('keyfile', path(), { or: null, ours: true, says: 'PEM file of the key of `certfile`.' }),
    keyPassword: works('key_password', text(), { or: null, ours: true, secret: true, says: 'Passphrase of an encrypted `keyfile`.' }),
    verifyPeer: works('verify_peer', bool(), {
      or: true,
      ours: true,
      says: 'The receiver is verified, always.',
      refusal: { when: value => value === false, value: 'false', why: 'the receiver would not be verified: anybody in between could read what is told', remedy: 'Run causeway trust fetch HOST:PORT --out FILE and name the file as cacertfile' }
    })
  }
})

/** @param ours the section around it is not NanoMQ's */
export function endpointKeys (ours: boolean): Keys<EndpointValues> {
  return {
    url: works('url', webUrl(), { or: null, ours, says: 'Where each notice is sent to, by POST. 2xx means taken.' }),
    headers: works('headers', texts(), { or: {}, ours, secret: true, says: 'Headers of each request.' }),
    secret: works('secret', text(line.refine(value => value.length >= 16, { error: 'must be of 16 characters at least' })), {
      or: null, ours: true, secret: true, says: 'Signs each request: `X-Causeway-Signature` is `sha256=` and the HMAC-SHA256 of `X-Causeway-Timestamp`, a dot and the body, in hex.'
    }),
    ssl: works('ssl', ssl, { or: null, ours: true, says: 'How an `https://` receiver is verified.' })
  }
}

const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const ownHeaders = /^(host|content-length|transfer-encoding|connection|x-causeway-.*)$/i

/** What must hold between the keys of a receiver. */
export function checkEndpoint ({ url, headers, ssl: given }: Given<EndpointValues>, reading: Reading): void {
  for (const [name, value] of Object.entries(headers ?? {})) {
    if (!headerName.test(name) || ownHeaders.test(name)) reading.find(['headers', name]).refuse('is no name for a header that can be set')
    else if (/[^\t\x20-\x7e\x80-\xff]/.test(value ?? '')) reading.find(['headers', name]).refuse('must not hold control characters, nor what is not Latin-1')
  }
  const isOn = given != null && given.enable !== false
  if (url?.startsWith('https:') === true && (!isOn || given.cacertfile == null)) {
    reading.named('url').refuse('is https://, and no ssl.cacertfile says whom to trust', 'Add ssl { cacertfile = "…" }; for a server with a public certificate "/etc/ssl/certs/ca-certificates.crt"')
  }
  if (url?.startsWith('http:') === true && isOn) reading.named('url').refuse('is http:// with an ssl block that is enabled', 'Write https://, or ssl.enable = false')
  if (isOn) checkKeyPair(given, reading.named('ssl'))
}

/** What is left of `ssl` for a receiver by https. */
export function endpointTls ({ url, ssl: given }: Pick<EndpointValues, 'url' | 'ssl'>): EndpointTlsConfig | null {
  if (url?.startsWith('https:') !== true || given?.cacertfile == null) return null
  const { cacertfile, certfile, keyfile, keyPassword } = given
  return { cacertfile, certfile, keyfile, keyPassword }
}
