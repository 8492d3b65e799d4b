/** What is wrong and lasts. */
import type { FastifyInstance } from 'fastify'
import { answerOf, Code, listOf, text, thing, whole } from '../answer.ts'
import type { RouteContext } from '../context.ts'

const alert = { id: text, kind: text, severity: text, since: whole, subject: thing({ kind: text, name: text }), message: text, code: text, hint: text }

export function alertRoutes (app: FastifyInstance, { notifications }: RouteContext): void {
  app.get('/api/v1/alerts', { schema: { tags: ['status'], summary: 'Alerts that hold now, in the order in which they began.', response: { 200: answerOf(listOf(alert)) } } },
    () => ({ code: Code.OK, data: notifications.firing }))
}
