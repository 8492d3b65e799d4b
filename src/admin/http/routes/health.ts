/** Probes: is the process alive, and can it do its work? Open to everybody; they say no more than that. */
import type { FastifyInstance } from 'fastify'
import { text, thing } from '../answer.ts'
import type { RouteContext } from '../context.ts'

const answer = { 200: thing({ status: text }), 503: thing({ status: text, waiting: { type: 'array', items: text } }) }

export function healthRoutes (app: FastifyInstance, { edge }: RouteContext): void {
  const open = { tags: ['health'], security: [], response: answer }
  app.get('/healthz', { schema: { ...open, summary: 'The process answers.' } }, () => ({ status: 'ok' }))
  app.get('/readyz', { schema: { ...open, summary: 'Devices can come in and, where http_server.ready says so, each required bridge is up.' } }, (_request, reply) => {
    const waiting = notReady(edge)
    return waiting.length === 0 ? { status: 'ready' } : reply.code(503).send({ status: 'not ready', waiting })
  })
}

/** What is not there yet that has to be; empty when the edge does its work. */
/** In a sidecar the local broker takes the place of listeners. */
export function notReady ({ config, bridges, addresses, sidecar }: RouteContext['edge']): readonly string[] {
  const missesBroker = config.sidecar !== null && sidecar?.link.state.name !== 'up'
  const listeners = missesBroker ? ['local broker'] : addresses.length < config.listeners.length ? ['listeners'] : []
  if (config.httpServer?.ready !== 'bridges') return listeners
  const wanted = new Set(config.bridges.filter(({ enable, required }) => enable && required).map(({ name }) => name))
  const down = bridges.filter(({ name, state }) => wanted.has(name) && state.name !== 'up')
  return [...listeners, ...(down.length === 0 ? [] : ['bridges'])]
}
