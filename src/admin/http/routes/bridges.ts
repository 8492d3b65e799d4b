/** Bridges: what they are and how they are. */
import type { FastifyInstance } from 'fastify'
import { answerOf, Code, Denial, listOf, text, thing, truth } from '../answer.ts'
import { bridgeNode } from '../bridge-node.ts'
import type { RouteContext } from '../context.ts'

const node = { name: text, enable: truth, connector: thing({}), forwards: listOf({}), subscription: listOf({}), tls: thing({}), edited: { ...truth, description: 'It was changed here, and is not as the configuration file has it.' }, status: { type: ['object', 'null'], additionalProperties: true } }
const answer = answerOf(thing({ bridge: thing({ nodes: listOf(node) }) }))

export function bridgeRoutes (app: FastifyInstance, { edge }: RouteContext): void {
  const tags = ['bridges']
  const nodes = (names?: string): object[] => edge.config.bridges
    .filter(({ name }) => names === undefined || name === names)
    .map(config => ({ ...bridgeNode(config, edge.bridges.find(({ name }) => name === config.name)), edited: edge.editedBridges.has(config.name) }))
  app.get('/api/v4/bridges', { schema: { tags, summary: 'All bridges, with their state.', response: { 200: answer } } },
    () => ({ code: Code.OK, data: { bridge: { nodes: nodes() } } }))
  app.get<{ Params: { name: string } }>('/api/v4/bridges/:name', { schema: { tags, summary: 'One bridge, with its state.', response: { 200: answer } } }, ({ params }) => {
    const found = nodes(params.name)
    if (found.length === 0) throw new Denial(404, Code.ILLEGAL_SUBJECT, `there is no bridge ${params.name}`)
    return { code: Code.OK, data: { bridge: { nodes: found } } }
  })
}
