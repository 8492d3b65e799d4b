/** Numbers: as NanoMQ's page wants them, and as Prometheus scrapes them. */
import type { FastifyInstance } from 'fastify'
import { droppedIn } from '../../event-feed.ts'
import { expositionOf } from '../../metrics/exposition.ts'
import { metrics } from '../../metrics/metrics.ts'
import { listOf, text, thing, whole } from '../answer.ts'
import type { RouteContext } from '../context.ts'

const nanomq = thing({
  metrics: listOf({ 'bridge name': text, 'sent messages': whole, 'received messages': whole, 'sent bytes': whole, 'received bytes': whole, 'MQTT reconnect times': whole, 'uplink msg dropped': whole, 'downlink msg dropped': whole }),
  cpuinfo: text,
  memory: text,
  connections: whole
})

export function metricsRoutes (app: FastifyInstance, { edge, process: around, eventLoop, totals, notifications }: RouteContext): void {
  const tags = ['metrics']
  const exposition = expositionOf(metrics, { edge, process: around, eventLoop, totals, notifications })
  let before = { at: around.startedAt, cpu: 0 }
  app.get('/api/v4/metrics', { schema: { tags, summary: 'Numbers of enabled bridges, CPU and memory.', response: { 200: nanomq } } }, () => {
    const cpu = process.cpuUsage()
    const now = { at: Date.now(), cpu: (cpu.user + cpu.system) / 1000 }
    const share = 100 * (now.cpu - before.cpu) / Math.max(1, now.at - before.at)
    before = now
    return {
      metrics: edge.bridges.filter(({ state }) => state.name !== 'disabled').map(({ name, counters }) => ({
        'bridge name': name,
        'sent messages': counters.sentQos0 + counters.sentQos1 + counters.sentQos2,
        'received messages': counters.received,
        'sent bytes': counters.sentBytes,
        'received bytes': counters.receivedBytes,
        'MQTT reconnect times': Math.max(0, counters.connects - 1),
        'uplink msg dropped': droppedIn(counters),
        'downlink msg dropped': counters.receivedUnmapped
      })),
      cpuinfo: `${share.toFixed(2)}%`,
      memory: String(process.memoryUsage.rss()),
      connections: edge.counters.broker.connections
    }
  })
  app.get('/api/v4/prometheus', { schema: { tags, summary: 'Metrics in the text format of Prometheus.', produces: ['text/plain'] } }, async (_request, reply) =>
    reply.header('content-type', exposition.contentType).send(await exposition.text()))
}
