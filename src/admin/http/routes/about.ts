/** What the interface says of itself. */
import type { FastifyInstance } from 'fastify'
import { answerOf, Code, listOf, text } from '../answer.ts'
import type { RouteList } from '../route-list.ts'

export function aboutRoutes (app: FastifyInstance, { entries }: RouteList): void {
  const tags = ['about']
  app.get('/api/v4', { schema: { tags, summary: 'The paths of this interface.', response: { 200: answerOf(listOf({ path: text, method: text, descr: text })) } } },
    () => ({ code: Code.OK, data: entries }))
  app.get('/api/v1/openapi.json', { schema: { tags, summary: 'This interface, as an OpenAPI document.' } }, () => app.swagger())
}
