/** Certificate files: where they stand. */
import type { FastifyInstance } from 'fastify'
import { trustStandingOf } from '../../standing.ts'
import { answerOf, Code, listOf, text, whole } from '../answer.ts'
import type { RouteContext } from '../context.ts'

const answer = answerOf(listOf({ kind: text, name: text, generation: whole, stage: text }))

export function trustRoutes (app: FastifyInstance, { edge }: RouteContext): void {
  const tags = ['trust']
  app.get('/api/v1/trust', { schema: { tags, summary: 'Where the certificate files of each bridge and TLS listener stand.', response: { 200: answer } } },
    () => ({ code: Code.OK, data: edge.trust.map(trustStandingOf) }))
  app.post('/api/v1/trust/check', { schema: { tags, summary: 'Look at all certificate files now; answers when what was found is in use or refused.', response: { 200: answer } } }, async () => {
    await edge.checkTrust()
    return { code: Code.OK, data: edge.trust.map(trustStandingOf) }
  })
}
