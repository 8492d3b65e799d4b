/** `auth.http_auth`: a server that is asked who may come in and what it may do. */
import type { HttpAuthConfig, HttpAuthRequest } from '../model.ts'
import { httpTls } from './http-tls.ts'
import { required, works } from '../schema/key.ts'
import { texts } from '../schema/groups.ts'
import type { Kind } from '../schema/kind.ts'
import { bool, choice, duration, whole } from '../schema/scalars.ts'
import { section, shaped } from '../schema/section.ts'
import { webUrl } from './web-url.ts'

const placeholders = ['%u', '%c', '%a', '%r', '%P', '%p', '%C', '%d', '%A', '%t', '%m']
const minute = 60_000

const request: Kind<HttpAuthRequest> = section<HttpAuthRequest>({
  keys: {
    url: required('url', webUrl(), { says: 'Where to ask. 200 means yes.' }),
    method: works('method', methodKind(), { or: 'POST', says: 'GET puts the parameters into the URL, POST into the body.' }),
    headers: works('headers', texts(), { or: {}, secret: true, says: 'Headers of the request.' }),
    tls: works('ssl', httpTls, { or: null, says: 'For `https://`: the server is held to these certificate files, as a bridge holds its remote, and they may change while Causeway runs. Without the block: to the public authorities.' }),
    params: works('params', texts(), { or: {}, secret: true, says: `Parameters; their values hold ${placeholders.join(' ')}.` })
  },
  rules ({ url, tls, params }, reading) {
    if (tls != null && url?.startsWith('http:') === true) reading.named('ssl').refuse('is given for a URL that begins with http://: nothing would be encrypted', 'Write https://, or remove the block')
    for (const [name, value] of Object.entries(params ?? {})) {
      if (value !== undefined && !placeholders.includes(value)) {
        reading.find(['params', name]).refuse('is no placeholder of NanoMQ', `Use one of ${placeholders.join(' ')}`)
      }
    }
  }
})

function methodKind (): Kind<'GET' | 'POST'> {
  const words = choice(['get', 'post'])
  return { ...words, type: 'GET or POST', show: value => String(value).toUpperCase(), schema: () => words.schema().transform(word => word === 'get' ? 'GET' : 'POST') }
}

interface HttpAuthValues extends HttpAuthConfig {
  readonly enable: boolean
}

export const httpAuth: Kind<HttpAuthConfig | null> = shaped<HttpAuthValues, HttpAuthConfig | null>({
  keys: {
    enable: works('enable', bool(), { or: true, says: 'false: nobody is asked.' }),
    auth: works('auth_req', request, { or: null, says: 'Asked at CONNECT: may this device come in?' }),
    superuser: works('super_req', request, { or: null, says: 'Asked at CONNECT: may it do everything?' }),
    acl: works('acl_req', request, { or: null, says: 'Asked for a topic: may it publish, or subscribe?' }),
    timeoutMs: works('timeout', duration({ min: 100, max: 10 * minute }, { bare: 's', nanomq: 'seconds' }), { or: 5000, says: 'An answer must be there within this time.' }),
    connectTimeoutMs: works('connect_timeout', duration({ min: 100, max: 10 * minute }, { bare: 's', nanomq: 'seconds' }), { or: 5000, says: 'The connection must stand within this time.' }),
    poolSize: works('pool_size', whole({ min: 1, max: 1024, unit: 'connections' }), { or: 32, says: 'Questions asked at one time.' }),
    cacheTtlMs: works('cache_ttl', duration({ min: 0, max: 1440 * minute }, { bare: 's', nanomq: 'seconds' }), { or: 0, says: 'An answer holds for this time. 0s: each time anew.' }),
    onError: works('on_error', choice(['deny', 'cached']), { or: 'deny', ours: true, says: 'When the server does not answer: `deny`, or `cached`: an answer that was had before goes on holding, for sites whose link to the server fails.' })
  },
  rules (given, reading) {
    const asks = given.auth ?? given.superuser ?? given.acl
    if (given.enable !== false && asks === undefined) reading.refuse('asks nothing: it has none of auth_req, super_req and acl_req', 'Add one, or set enable = false')
  }
}, ({ enable, ...values }) => enable ? values : null)
