/** The application behind both ways in: routes with their schemas, who is let through, and how failures are answered. */
import rateLimit from '@fastify/rate-limit'
import swagger from '@fastify/swagger'
import { fastify, type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { reasonOf } from '../../errors.ts'
import { networkOf } from '../address-network.ts'
import type { Guard } from '../guard.ts'
import type { Application } from '../lazy-server.ts'
import { LoginAttempts } from '../login-attempts.ts'
import { Code, Denial, failure } from './answer.ts'
import type { RouteContext } from './context.ts'
import { RouteList } from './route-list.ts'
import { aboutRoutes } from './routes/about.ts'
import { alertRoutes } from './routes/alerts.ts'
import { bridgeChangeRoutes } from './routes/bridge-changes.ts'
import { bridgeRoutes } from './routes/bridges.ts'
import { brokerRoutes } from './routes/broker.ts'
import { certificateRoutes } from './routes/certificates.ts'
import { clientRoutes } from './routes/clients.ts'
import { controlRoutes } from './routes/control.ts'
import { eventRoutes } from './routes/events.ts'
import { healthRoutes } from './routes/health.ts'
import { logRoutes } from './routes/log.ts'
import { metricsRoutes } from './routes/metrics.ts'
import { pageRoutes } from './routes/page.ts'
import { publishRoutes } from './routes/publish.ts'
import { statusRoutes } from './routes/status.ts'
import { trustRoutes } from './routes/trust.ts'

export interface AppOptions {
  readonly context: RouteContext
  /** null: the way in is guarded by the file system. */
  readonly guard: Guard | null
  readonly maxBody: number
}

/** Requests a second that one address may make; a page that looks each second needs a few. */
const MOST_REQUESTS = 100
/** What a probe asks; it says nothing but yes or no. */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz'])
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

const routes = [
  healthRoutes, statusRoutes, brokerRoutes, clientRoutes, bridgeRoutes, bridgeChangeRoutes,
  metricsRoutes, publishRoutes, controlRoutes, trustRoutes, certificateRoutes, alertRoutes, logRoutes, eventRoutes
]

export async function loadApp ({ context, guard, maxBody }: AppOptions): Promise<Application> {
  const app = fastify({
    logger: false,
    bodyLimit: maxBody,
    routerOptions: { maxParamLength: 500, ignoreTrailingSlash: true },
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, allErrors: true } },
    exposeHeadRoutes: false,
    frameworkErrors: (error, request, reply) => { void answerError(context)(error, request, reply) }
  })
  const list = new RouteList(app)
  // a form of another site may send text without asking first
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler(answerError(context))
  app.setNotFoundHandler(answerUnknown(list))
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    done()
  })
  if (guard !== null) await guarded(app, guard, context)
  await app.register(swagger, {
    openapi: {
      info: { title: 'Causeway', description: 'See and steer a running edge. Paths below /api/v4 are NanoMQ\'s.', version: context.process.version },
      components: { securitySchemes: { basic: { type: 'http', scheme: 'basic' }, token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ basic: [] }, { token: [] }]
    }
  })
  await app.register(async scope => {
    for (const add of routes) add(scope, context)
    aboutRoutes(scope, list)
    await pageRoutes(scope)
  })
  await app.ready()
  return { handle: (request, response) => app.routing(request, response), close: async () => app.close() }
}

async function guarded (app: FastifyInstance, guard: Guard, context: RouteContext): Promise<void> {
  const attempts = new LoginAttempts()
  await app.register(rateLimit, {
    global: false,
    keyGenerator: ({ ip }) => networkOf(ip),
    max: MOST_REQUESTS,
    timeWindow: 1000,
    errorResponseBuilder: () => new Denial(429, Code.UNKNOWN_MISTAKE, `more than ${MOST_REQUESTS} requests a second`)
  })
  // as a hook of all, and not of each route: those would be asked after the password
  app.addHook('onRequest', app.rateLimit())
  app.addHook('onRequest', async (request, reply) => {
    refuseOtherSites(request)
    if (OPEN_PATHS.has(request.routeOptions.url ?? '')) return
    await attempts.inTurn(networkOf(request.ip), async () => admit(request, reply, { guard, attempts, context }))
  })
}

/** A page of another site can make a browser send what it has the password for. */
function refuseOtherSites ({ method, headers }: FastifyRequest): void {
  if (SAFE_METHODS.has(method)) return
  const site = headers['sec-fetch-site']
  const isForeign = site !== undefined && site !== 'same-origin' && site !== 'none'
  const isElsewhere = headers.origin !== undefined && URL.parse(headers.origin)?.host !== headers.host
  if (isForeign || isElsewhere) throw new Denial(403, Code.UNKNOWN_MISTAKE, 'a page of another site asks for a change')
}

interface Door {
  readonly guard: Guard
  readonly attempts: LoginAttempts
  readonly context: RouteContext
}

async function admit ({ ip, headers }: FastifyRequest, reply: FastifyReply, { guard, attempts, context }: Door): Promise<void> {
  const from = networkOf(ip)
  const wait = attempts.waitSeconds(from)
  if (wait > 0) {
    reply.header('retry-after', String(wait))
    throw new Denial(429, Code.WRONG_USERNAME_OR_PASSWORD, `too many failed logins from this address; wait ${wait} s`)
  }
  const verdict = await guard.judge(headers.authorization)
  if (verdict === 'admitted') return
  reply.header('www-authenticate', `${guard.scheme} realm="causeway"`)
  if (verdict === 'missing') throw new Denial(401, Code.EMPTY_USERNAME_OR_PASSWORD, 'credentials are missing')
  if (attempts.failed(from)) context.logger.warn({ address: ip }, 'failed logins at the HTTP interface: the address has to wait a minute')
  if (verdict === 'expired') throw new Denial(401, Code.TOKEN_EXPIRED, 'the token has expired')
  throw new Denial(401, Code.WRONG_USERNAME_OR_PASSWORD, 'the credentials are wrong')
}

/** A path that is there, and not for this method: 405 with the methods it has [RFC 9110, 15.5.6]. */
function answerUnknown (list: RouteList) {
  return ({ method, url }: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const methods = list.methodsOf(url.replace(/[?#].*$/s, ''))
    if (methods.length === 0) return reply.code(404).send(failure({ code: Code.UNKNOWN_MISTAKE, message: 'there is no such path', hint: 'GET /api/v4 lists them' }))
    return reply.code(405).header('allow', methods.join(', ')).send(failure({ code: Code.REQUEST_PARAMETER, message: `this path has no ${method}`, hint: `It has ${methods.join(', ')}` }))
  }
}

function answerError ({ logger }: RouteContext) {
  return (error: FastifyError | Denial, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    if (error instanceof Denial) return reply.code(error.status).send(failure(error))
    if (error.validation !== undefined) return reply.code(400).send(failure({ code: Code.REQUEST_PARAMETER, message: error.message, hint: '' }))
    const status = error.statusCode ?? 500
    if (status >= 500) {
      logger.error({ method: request.method, url: request.url, reason: reasonOf(error) }, 'a request failed')
      return reply.code(500).send(failure({ code: Code.UNKNOWN_MISTAKE, message: 'the request failed; see the log', hint: '' }))
    }
    // of a body that can not be read, rather than of a path or a size
    const code = status !== 413 && error.code.startsWith('FST_ERR_CTP') ? Code.JSON_FORMAT : Code.REQUEST_PARAMETER
    return reply.code(status).send(failure({ code, message: error.message, hint: '' }))
  }
}
