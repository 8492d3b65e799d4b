/** What changes, as server-sent events (HTML Standard, 9.2). */
import type { FastifyInstance, FastifyReply } from 'fastify'
import type { EdgeEvent } from '../../event-feed.ts'
import { Code, Denial } from '../answer.ts'
import type { RouteContext } from '../context.ts'

const MOST_FOLLOWERS = 32
/** A follower that does not read is cut off; it comes back with the id it has seen last. */
const MOST_UNREAD_BYTES = 256 * 1024
const BEAT_MS = 15_000

export function eventRoutes (app: FastifyInstance, { feed }: RouteContext): void {
  const open = new Set<FastifyReply>()
  app.addHook('preClose', done => {
    for (const reply of open) reply.raw.destroy()
    done()
  })
  const querystring = { type: 'object', properties: { recent: { type: 'string', enum: ['true', 'false'], description: 'true: begin with the events that are kept, the last 200.' } }, additionalProperties: false }
  app.get<{ Querystring: { recent?: 'true' | 'false' } }>('/api/v1/events', {
    schema: { tags: ['events'], summary: 'States of bridges, stages of certificate files and dropped messages as they change: text/event-stream.', querystring }
  }, (request, reply) => {
    if (open.size >= MOST_FOLLOWERS) throw new Denial(503, Code.UNKNOWN_MISTAKE, `${MOST_FOLLOWERS} followers are there already`)
    const said = Number(request.headers['last-event-id'] ?? (request.query.recent === 'true' ? 0 : NaN))
    // the process that said it was another one
    const seen = said > (feed.recent.at(-1)?.id ?? 0) ? 0 : said
    reply.hijack()
    open.add(reply)
    void follow(reply, () => feed.recent.filter(({ id }) => id > seen), feed).finally(() => open.delete(reply))
  })
}

async function follow (reply: FastifyReply, missed: () => readonly EdgeEvent[], feed: RouteContext['feed']): Promise<void> {
  const { raw } = reply
  raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'x-accel-buffering': 'no' })
  const write = (words: string): void => {
    if (raw.writableLength > MOST_UNREAD_BYTES) raw.destroy()
    else raw.write(words)
  }
  write(': causeway\n\n')
  for (const event of missed()) write(frameOf(event))
  const leave = feed.follow(event => write(frameOf(event)))
  const beat = setInterval(() => write(': still here\n\n'), BEAT_MS).unref()
  await new Promise(resolve => raw.once('close', resolve))
  clearInterval(beat)
  leave()
}

/** JSON holds no line break. */
function frameOf (event: EdgeEvent): string {
  return `id: ${event.id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`
}
