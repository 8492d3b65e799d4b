/** Messages by HTTP. They pass all rights, as whoever may call this is the operator; bridges carry them like any other. */
import type { FastifyInstance } from 'fastify'
import { isServerTopic, isTopicName } from '../../../mqtt/topic-name.ts'
import { answerOf, Code, Denial, listOf, text, truth, whole } from '../answer.ts'
import type { RouteContext } from '../context.ts'

interface PublishBody {
  readonly topic?: string
  /** Several, with commas between. */
  readonly topics?: string
  readonly payload: string
  readonly encoding?: 'plain' | 'base64'
  readonly qos?: 0 | 1 | 2
  readonly retain?: boolean
  /** Whose message it is, for subscribers that do not want their own back. */
  readonly clientid?: string
}

const body = {
  type: 'object',
  properties: {
    topic: text,
    topics: { ...text, description: 'Several, with commas between.' },
    payload: text,
    encoding: { type: 'string', enum: ['plain', 'base64'], description: 'Of the payload. Left out: plain.' },
    qos: { type: 'integer', enum: [0, 1, 2], description: 'Left out: 0.' },
    retain: truth,
    clientid: { ...text, description: 'Whose message it is, for subscribers that do not want their own back.' }
  },
  required: ['payload'],
  additionalProperties: false
}
const MOST_AT_ONCE = 1000
/** A bridge may make its word wait for its remote; the caller is not kept longer than this. */
const PATIENCE_MS = 5000
const NOBODY = 'NanoMQ-HTTP-Client'

export function publishRoutes (app: FastifyInstance, { edge }: RouteContext): void {
  const tags = ['messages']
  const batch = { type: 'array', items: body, minItems: 1, maxItems: MOST_AT_ONCE }
  const answers = { 200: answerOf({}), 202: answerOf({}) }
  app.post<{ Body: PublishBody }>('/api/v4/mqtt/publish', { schema: { tags, summary: 'Publish a message. 202: taken, and not safe with every bridge yet.', body, response: answers } },
    async ({ body: asked }, reply) => {
      const wanted = publicationsOf(asked, edge.config.mqtt.maxPacketSize)
      const safe = await publishAll(edge, wanted)
      return reply.code(safe ? 200 : 202).send({ code: Code.OK })
    })
  app.post<{ Body: PublishBody[] }>('/api/v4/mqtt/publish_batch', {
    schema: { tags, summary: 'Publish several messages; none of them when one of them can not be.', body: batch, response: { 200: answerOf(listOf({ topic: text, code: whole })), 202: answerOf(listOf({ topic: text, code: whole })) } }
  }, async ({ body: asked }, reply) => {
    const wanted = asked.flatMap(each => publicationsOf(each, edge.config.mqtt.maxPacketSize))
    const safe = await publishAll(edge, wanted)
    return reply.code(safe ? 200 : 202).send({ code: Code.OK, data: wanted.map(({ topic }) => ({ topic, code: Code.OK })) })
  })
}

interface Publication {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly publisher: string
}

/** @throws Denial */
function publicationsOf ({ topic, topics, payload, encoding = 'plain', qos = 0, retain = false, clientid = NOBODY }: PublishBody, maxPacketSize: number): readonly Publication[] {
  const names = topics === undefined ? [topic ?? ''] : topics.split(',')
  if (topic === undefined && topics === undefined) throw new Denial(400, Code.MISSING_KEY, 'topic is missing')
  const bytes = bytesOf(payload, encoding)
  return names.map(name => {
    if (!isTopicName(name)) throw new Denial(400, Code.REQUEST_PARAMETER, 'a topic is empty, too long, holds a wildcard or is no text')
    if (isServerTopic(name)) throw new Denial(400, Code.REQUEST_PARAMETER, '$SYS topics are the server\'s own')
    // fixed header, length of the topic, packet identifier
    if (5 + 2 + Buffer.byteLength(name) + 2 + bytes.length > maxPacketSize) throw new Denial(413, Code.REQUEST_PARAMETER, `a message is larger than mqtt.max_packet_size, ${maxPacketSize} bytes`)
    return { topic: name, payload: bytes, qos, retain, publisher: clientid }
  })
}

/** @throws Denial */
function bytesOf (payload: string, encoding: 'plain' | 'base64'): Buffer {
  if (encoding === 'plain') return Buffer.from(payload)
  const bytes = Buffer.from(payload, 'base64')
  if (bytes.toString('base64').replace(/=+$/, '') !== payload.replace(/=+$/, '')) throw new Denial(400, Code.REQUEST_PARAMETER, 'the payload is not base64')
  return bytes
}

/** @returns false when it is taken and somebody's word that it is safe is still missing */
async function publishAll (edge: RouteContext['edge'], publications: readonly Publication[]): Promise<boolean> {
  const all = Promise.all(publications.map(async ({ publisher, ...message }) => edge.publish(message, publisher)))
  all.catch(() => {}) // it may fail after we have answered
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>(resolve => { timer = setTimeout(() => resolve(false), PATIENCE_MS) })
  try {
    return await Promise.race([all.then(() => true), late])
  } catch (error) {
    throw new Denial(503, Code.UNKNOWN_MISTAKE, error instanceof Error ? error.message : String(error), 'A bridge is full or the disk refuses; nothing is said of the message')
  } finally {
    clearTimeout(timer)
  }
}
