/** How it all is, in one answer: what `causeway status` and the page show. */
import type { FastifyInstance } from 'fastify'
import { trustStandingOf } from '../../standing.ts'
import { answerOf, Code, listOf, text, thing, whole } from '../answer.ts'
import { statusOf } from '../bridge-node.ts'
import type { RouteContext } from '../context.ts'
import { notReady } from './health.ts'

const answer = answerOf(thing({ at: whole, version: text, pid: whole, startedAt: whole, ready: { type: 'boolean' }, devices: whole, receivedMessages: whole, listeners: listOf({ name: text }), sidecar: { type: ['object', 'null'], additionalProperties: true }, bridges: listOf({ name: text, server: text }), trust: listOf({ name: text }), alerts: listOf({ id: text, message: text }) }))

export function statusRoutes (app: FastifyInstance, { edge, process: around, eventLoop, notifications, totals }: RouteContext): void {
  app.get('/api/v1/status', { schema: { tags: ['status'], summary: 'Listeners, bridges and certificates, and how they are.', response: { 200: answer } } }, () => {
    const connections = edge.connectionsByListener()
    const { broker } = edge.counters
    return {
      code: Code.OK,
      data: {
        at: Date.now(),
        version: around.version,
        pid: process.pid,
        startedAt: around.startedAt,
        ready: notReady(edge).length === 0,
        devices: edge.counters.broker.sessions,
        receivedMessages: broker.publishReceivedQos0 + broker.publishReceivedQos1 + broker.publishReceivedQos2,
        listeners: edge.addresses.map(address => ({ ...address, connections: connections.get(address.name) ?? 0 })),
        sidecar: sidecarOf(edge),
        bridges: edge.bridges.map(bridge => ({ name: bridge.name, server: bridge.server.url, status: { ...statusOf(bridge), today: totals.volumes.of(bridge.counters) } })),
        trust: edge.trust.map(trustStandingOf),
        alerts: notifications.firing,
        stalls: eventLoop.stalls
      }
    }
  })
}

/** The link to a local broker that is not ours. */
function sidecarOf ({ sidecar, config }: RouteContext['edge']): object | null {
  if (sidecar === null) return null
  const { link, broker: { version, receiveMaximum } } = sidecar
  return { server: config.sidecar?.link.server.url ?? '', broker: version, receiveMaximum, status: statusOf(link) }
}
