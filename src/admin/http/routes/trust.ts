/** Certificate files: where they stand. */
import type { FastifyInstance } from 'fastify'
import { trustStandingOf } from '../../standing.ts'
import type { TrustOwner } from '../../../reload/trust-files.ts'
import { answerOf, Code, Denial, listOf, text, whole } from '../answer.ts'
import type { RouteContext } from '../context.ts'

const answer = answerOf(listOf({ kind: text, name: text, generation: whole, stage: text }))

const owner = {
  type: 'object',
  properties: { kind: { type: 'string', enum: ['bridge', 'listener'] }, name: text },
  required: ['kind', 'name'],
  additionalProperties: false
}

export function trustRoutes (app: FastifyInstance, { edge }: RouteContext): void {
  const tags = ['trust']
  app.get('/api/v1/trust', { schema: { tags, summary: 'Where the certificate files of each bridge and TLS listener stand.', response: { 200: answer } } },
    () => ({ code: Code.OK, data: edge.trust.map(trustStandingOf) }))
  app.post('/api/v1/trust/check', { schema: { tags, summary: 'Look at all certificate files now; answers when what was found is in use or refused.', response: { 200: answer } } }, async () => {
    await edge.checkTrust()
    return { code: Code.OK, data: edge.trust.map(trustStandingOf) }
  })
  const steps = [
    ['commit', 'Take files into use that are valid and that a trial connection has refused.', (of: TrustOwner) => edge.commitTrust(of)],
    ['abort', 'Give up files that are valid and not in use, until they change.', (of: TrustOwner) => edge.abortTrust(of)]
  ] as const
  for (const [step, summary, take] of steps) {
    app.post<{ Body: TrustOwner }>(`/api/v1/trust/${step}`, { schema: { tags, summary, body: owner, response: { 200: answer } } }, ({ body }) => {
      if (!take(body)) throw new Denial(404, Code.ILLEGAL_SUBJECT, `no files of ${body.kind} ${body.name} wait for a decision`, 'causeway trust status shows what is staged')
      return { code: Code.OK, data: edge.trust.map(trustStandingOf) }
    })
  }
}
