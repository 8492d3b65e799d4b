/** What steers the process. */
import type { FastifyInstance } from 'fastify'
import { outcomeText } from '../../../reload/outcome-text.ts'
import { answerOf, Code, Denial, done, text, thing } from '../answer.ts'
import type { RouteContext } from '../context.ts'

export function controlRoutes (app: FastifyInstance, { edge, process, logger }: RouteContext): void {
  app.post('/api/v4/ctrl/stop', { schema: { tags: ['control'], summary: 'Stop in order, as SIGTERM does.', response: { 200: done } } }, (request, reply) => {
    logger.info({ address: request.ip }, 'told to stop by the administration')
    reply.raw.once('finish', () => process.stop())
    return reply.send({ code: Code.OK })
  })
  app.post('/api/v4/reload', { schema: { tags: ['control'], summary: 'Read the configuration again: all of it comes into force, or nothing, and then 409 says why. Certificate files are looked at too.', response: { 200: answerOf(thing({ kind: text })) } } }, async request => {
    logger.info({ address: request.ip }, 'told to reload by the administration')
    const outcome = await edge.reload()
    if (outcome.kind === 'refused') throw new Denial(409, Code.REQUEST_PARAMETER, outcomeText(outcome).trimEnd(), 'Restart it with the new file, or take these keys back; nothing was applied')
    if (outcome.kind === 'invalid') throw new Denial(409, Code.HOCON_FORMAT, outcomeText(outcome).trimEnd(), 'causeway check --conf FILE shows all of it; nothing was applied')
    return { code: Code.OK, data: outcome }
  })
}
