/** The broker itself: version and uptime, configuration without its secrets. */
import type { FastifyInstance } from 'fastify'
import { withoutSecrets } from '../../redaction.ts'
import { answerOf, Code, Denial, listOf, text, thing, whole } from '../answer.ts'
import type { RouteContext } from '../context.ts'

/** Parts of the configuration by the words NanoMQ has for them. */
const parts: Readonly<Record<string, (config: RouteContext['edge']['config']) => unknown>> = {
  basic: ({ mqtt, limits, log }) => ({ mqtt, limits, log }),
  tls: ({ listeners }) => ({ listeners: listeners.filter(({ tls }) => tls !== null) }),
  auth: ({ auth }) => ({ auth }),
  auth_http: ({ auth }) => ({ http_auth: auth.http }),
  websocket: ({ listeners }) => ({ listeners: listeners.filter(({ transport }) => transport === 'ws' || transport === 'wss') }),
  http_server: ({ httpServer }) => ({ http_server: httpServer }),
  sqlite: ({ persistence, spool }) => ({ persistence, spool }),
  bridge: ({ bridges }) => ({ bridges })
}

export function brokerRoutes (app: FastifyInstance, { edge, process }: RouteContext): void {
  const tags = ['broker']
  app.get('/api/v4/brokers', { schema: { tags, summary: 'Version and uptime.', response: { 200: answerOf(listOf({ datetime: text, node_status: text, sysdescr: text, uptime: text, version: text })) } } },
    () => ({ code: Code.OK, data: [{ datetime: new Date().toISOString().slice(0, 19).replace('T', ' '), node_status: 'Running', sysdescr: 'Causeway MQTT edge broker', uptime: uptimeOf(process.startedAt), version: process.version }] }))
  app.get('/api/v4/nodes', { schema: { tags, summary: 'Version, uptime and connections.', response: { 200: answerOf(listOf({ connections: whole, node_status: text, uptime: text, version: text })) } } },
    () => ({ code: Code.OK, data: [{ connections: edge.counters.broker.connections, node_status: 'Running', uptime: uptimeOf(process.startedAt), version: process.version }] }))
  app.get('/api/v4/configuration', { schema: { tags, summary: 'The configuration that runs, without secrets.', response: { 200: answerOf(thing({})) } } },
    () => ({ code: Code.OK, data: withoutSecrets(edge.config) }))
  app.get<{ Params: { part: string } }>('/api/v4/configuration/:part', {
    schema: { tags, summary: 'One part of it.', params: thing({ part: { type: 'string', enum: Object.keys(parts) } }), response: { 200: answerOf(thing({})) } }
  }, ({ params }) => {
    const part = parts[params.part]
    if (part === undefined) throw new Denial(404, Code.REQUEST_PARAMETER, 'there is no such part')
    return { code: Code.OK, data: withoutSecrets(part(edge.config)) }
  })
}

/** As NanoMQ says it. */
function uptimeOf (startedAt: number): string {
  const seconds = Math.floor((Date.now() - startedAt) / 1000)
  return `${Math.floor(seconds / 3600)} Hours, ${Math.floor(seconds / 60) % 60} minutes, ${seconds % 60} seconds`
}
