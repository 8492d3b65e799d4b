/** What steers the process. */
import type { FastifyInstance } from 'fastify'
import { Code, done } from '../answer.ts'
import type { RouteContext } from '../context.ts'

export function controlRoutes (app: FastifyInstance, { process, logger }: RouteContext): void {
  app.post('/api/v4/ctrl/stop', { schema: { tags: ['control'], summary: 'Stop in order, as SIGTERM does.', response: { 200: done } } }, (request, reply) => {
    logger.info({ address: request.ip }, 'told to stop by the administration')
    reply.raw.once('finish', () => process.stop())
    return reply.send({ code: Code.OK })
  })
}
