/** Connected devices and what they have subscribed to. */
import type { FastifyInstance } from 'fastify'
import type { ClientFacts } from '../../../broker/client-facts.ts'
import { answerOf, Code, listOf, text, truth, whole } from '../answer.ts'
import type { RouteContext } from '../context.ts'
import { topicTree } from '../topic-tree.ts'

interface ClientQuery {
  readonly clientid?: string
  readonly username?: string
  readonly conn_state?: string
  readonly clean_start?: string
  readonly proto_name?: string
  readonly proto_ver?: string
}

const query = { type: 'object', properties: { clientid: text, username: text, conn_state: text, clean_start: text, proto_name: text, proto_ver: text }, additionalProperties: false }
const clients = answerOf(listOf({ client_id: text, username: text, keepalive: whole, conn_state: text, clean_start: truth, proto_name: text, proto_ver: whole, ip_address: text, listener: text, connected_at: whole, subscriptions: whole }))
const subscriptions = answerOf(listOf({ clientid: text, topic: text, qos: whole }))

export function clientRoutes (app: FastifyInstance, { edge }: RouteContext): void {
  const tags = ['devices']
  app.get<{ Querystring: ClientQuery }>('/api/v4/clients', { schema: { tags, summary: 'Connected devices.', querystring: query, response: { 200: clients } } },
    ({ query: wanted }) => ({ code: Code.OK, data: edge.clients().map(rowOf).filter(row => fits(row, wanted)) }))
  app.get<{ Params: { clientid: string } }>('/api/v4/clients/:clientid', { schema: { tags, summary: 'One device.', response: { 200: clients } } },
    ({ params }) => ({ code: Code.OK, data: edge.clients().filter(({ clientId }) => clientId === params.clientid).map(rowOf) }))
  app.get<{ Params: { username: string } }>('/api/v4/clients/username/:username', { schema: { tags, summary: 'Devices of one user.', response: { 200: clients } } },
    ({ params }) => ({ code: Code.OK, data: edge.clients().filter(({ username }) => username === params.username).map(rowOf) }))
  app.get('/api/v4/subscriptions', { schema: { tags, summary: 'What connected devices have subscribed to.', response: { 200: subscriptions } } },
    () => ({ code: Code.OK, data: edge.clients().flatMap(subscriptionsOf) }))
  app.get<{ Params: { clientid: string } }>('/api/v4/subscriptions/:clientid', { schema: { tags, summary: 'What one device has subscribed to.', response: { 200: subscriptions } } },
    ({ params }) => ({ code: Code.OK, data: edge.clients().filter(({ clientId }) => clientId === params.clientid).flatMap(subscriptionsOf) }))
  app.get('/api/v4/topic-tree', { schema: { tags, summary: 'The filters subscribed to, as a tree: one list for each depth.', response: { 200: answerOf({ type: 'array', items: listOf({ topic: text, cld_cnt: whole }) }) } } },
    () => ({ code: Code.OK, data: topicTree(edge.clients().flatMap(({ clientId, subscriptions: held }) => held.map(({ filter }) => ({ clientId, filter })))) }))
}

function rowOf ({ clientId, username, keepAlive, cleanSession, level, address, listener, connectedAt, subscriptions: held }: ClientFacts) {
  return {
    client_id: clientId,
    username: username ?? '',
    keepalive: keepAlive,
    conn_state: 'connected',
    clean_start: cleanSession,
    proto_name: level === 3 ? 'MQIsdp' : 'MQTT',
    proto_ver: level,
    ip_address: address,
    listener,
    connected_at: connectedAt,
    subscriptions: held.length
  }
}

function fits (row: ReturnType<typeof rowOf>, { clientid, username, conn_state: state, clean_start: clean, proto_name: name, proto_ver: version }: ClientQuery): boolean {
  const wants: readonly (readonly [string | undefined, unknown])[] = [
    [clientid, row.client_id], [username, row.username], [state, row.conn_state], [clean, row.clean_start], [name, row.proto_name], [version, row.proto_ver]
  ]
  return wants.every(([wanted, is]) => wanted === undefined || wanted === String(is))
}

function subscriptionsOf ({ clientId, subscriptions: held }: ClientFacts) {
  return held.map(({ filter, qos }) => ({ clientid: clientId, topic: filter, qos }))
}
