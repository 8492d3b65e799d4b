/** A receiver of notices: its URL, what is sent along, and how it is verified. */
import type { HttpTlsConfig } from '../model.ts'
import { works } from '../schema/key.ts'
import { line, text } from '../schema/scalars.ts'
import type { Reading } from '../schema/reading.ts'
import type { Given, Keys } from '../schema/section.ts'
import { texts } from '../schema/groups.ts'
import { httpTls } from './http-tls.ts'
import { secretUrl } from './web-url.ts'

export interface EndpointValues {
  readonly url: string | null
  readonly headers: Readonly<Record<string, string>>
  readonly secret: string | null
  readonly tls: HttpTlsConfig | null
}

/** @param ours the section around it is not NanoMQ's */
export function endpointKeys (ours: boolean): Keys<EndpointValues> {
  return {
    url: works('url', secretUrl(), { or: null, ours, says: 'Where each notice is sent to, by POST. 2xx means taken. Its path may be a secret: only the server is shown.' }),
    headers: works('headers', texts(), { or: {}, ours, secret: true, says: 'Headers of each request.' }),
    secret: works('secret', text(() => line().refine(value => value.length >= 16, { message: 'must be of 16 characters at least' })), {
      or: null, ours: true, secret: true, says: 'Signs each request: `X-Causeway-Signature` is `sha256=` and the HMAC-SHA256 of `X-Causeway-Timestamp`, a dot and the body, in hex.'
    }),
    tls: works('ssl', httpTls, { or: null, ours: true, says: 'Required for `https://`: the receiver is held to these certificate files, as a bridge holds its remote, and they may change while Causeway runs.' })
  }
}

const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const ownHeaders = /^(host|content-length|transfer-encoding|connection|x-causeway-.*)$/i

/** What must hold between the keys of a receiver. */
export function checkEndpoint ({ url, headers, tls }: Given<EndpointValues>, reading: Reading): void {
  checkHeaders(headers ?? {}, reading)
  if (url?.startsWith('https:') === true && tls == null) {
    reading.named('url').refuse('is https://, and no ssl.cacertfile says whom to trust', 'Add ssl { cacertfile = "…" }; for a server with a public certificate "/etc/ssl/certs/ca-certificates.crt"')
  }
  if (url?.startsWith('http:') === true && tls != null) reading.named('ssl').refuse('is given for a URL that begins with http://: nothing would be encrypted', 'Write https://, or remove the block')
}

function checkHeaders (headers: NonNullable<Given<EndpointValues>['headers']>, reading: Reading): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!headerName.test(name) || ownHeaders.test(name)) reading.find(['headers', name]).refuse('is no name for a header that can be set')
    else if (/[^\t\x20-\x7e\x80-\xff]/.test(value ?? '')) reading.find(['headers', name]).refuse('must not hold control characters, nor what is not Latin-1')
  }
}
