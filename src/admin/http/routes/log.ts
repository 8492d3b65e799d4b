/** What is logged, changed while it runs. */
import type { FastifyInstance } from 'fastify'
import { logComponents, type LogLevel, logLevels } from '../../../logger.ts'
import { answerOf, Code, Denial, text, thing } from '../answer.ts'
import type { RouteContext } from '../context.ts'

interface LogBody {
  readonly level?: LogLevel
  readonly components?: Readonly<Record<string, LogLevel | null>>
}

const component = `^(${logComponents.join('|')}|bridge:.+)$`
/** Of bridges that may be gone. */
const MOST_COMPONENTS = 1000

const body = {
  type: 'object',
  properties: {
    level: { type: 'string', enum: logLevels, description: 'Of all that has none of its own.' },
    components: {
      type: 'object',
      description: `By ${logComponents.join(', ')} or bridge:NAME; null: as all others.`,
      propertyNames: { pattern: component },
      additionalProperties: { enum: [...logLevels, null] }
    }
  },
  minProperties: 1,
  additionalProperties: false
}
const answer = { 200: answerOf(thing({ level: text, components: thing({}) })) }

export function logRoutes (app: FastifyInstance, { log, logger, edge }: RouteContext): void {
  if (log === null) return
  const tags = ['control']
  app.get('/api/v1/log', { schema: { tags, summary: 'Levels of the log.', response: answer } }, () => ({ code: Code.OK, data: log.levels }))
  app.put<{ Body: LogBody }>('/api/v1/log', { schema: { tags, summary: 'Change levels of the log, until the process ends or a reload changes them.', body, response: answer } }, ({ body: { level, components = {} }, ip }) => {
    for (const name of Object.keys(components)) {
      if (name.startsWith('bridge:') && !edge.config.bridges.some(bridge => `bridge:${bridge.name}` === name)) throw new Denial(404, Code.ILLEGAL_SUBJECT, `there is no bridge ${name.slice('bridge:'.length)}`)
    }
    const merged = Object.entries({ ...log.levels.components, ...components }).filter((pair): pair is [string, LogLevel] => pair[1] !== null)
    if (merged.length > MOST_COMPONENTS) throw new Denial(409, Code.REQUEST_PARAMETER, `${MOST_COMPONENTS} parts have a level of their own already`)
    log.setLevels({ level: level ?? log.levels.level, components: Object.fromEntries(merged) })
    logger.warn({ address: ip, ...log.levels }, 'told to log otherwise by the administration')
    return { code: Code.OK, data: log.levels }
  })
}
