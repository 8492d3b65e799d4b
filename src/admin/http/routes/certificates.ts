/** What is in use and ends some day. */
import type { FastifyInstance } from 'fastify'
import { answerOf, Code, listOf, text, thing, whole } from '../answer.ts'
import type { RouteContext } from '../context.ts'

const answer = answerOf(listOf({ owner: thing({ kind: text, name: text }), kind: text, subject: text, issuer: text, fingerprint: text, notBefore: whole, notAfter: whole, file: { type: ['string', 'null'] }, daysLeft: whole, withinMs: { type: ['integer', 'null'] } }))

export function certificateRoutes (app: FastifyInstance, { edge }: RouteContext): void {
  app.get('/api/v1/certificates', { schema: { tags: ['trust'], summary: 'Each certificate in use, of files and of remotes as last seen, what ends first at the front.', response: { 200: answer } } },
    () => ({ code: Code.OK, data: edge.certificates }))
}
