/** Who follows the events and does not read is cut off; the others, and what happens, do not wait. */
import { once } from 'node:events'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { fastify } from 'fastify'
import { test } from 'tap'
import type { EdgeEvent } from '../../../src/admin/event-feed.ts'
import type { RouteContext } from '../../../src/admin/http/context.ts'
import { eventRoutes } from '../../../src/admin/http/routes/events.ts'
import { eventually } from '../../support/eventually.ts'

test('a follower that does not read is cut off, and no other', async t => {
  const followers = new Set<(event: EdgeEvent) => void>()
  const feed = { recent: [], follow: (call: (event: EdgeEvent) => void) => { followers.add(call); return () => followers.delete(call) } }
  const app = fastify()
  eventRoutes(app, { feed } as unknown as RouteContext) // all that these routes use
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => app.close())
  const follow = async (): Promise<ReturnType<typeof connect>> => {
    const count = followers.size
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {})
    t.teardown(() => { socket.destroy() })
    socket.write('GET /api/v1/events HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'readable')
    t.equal(followers.size, count + 1)
    return socket
  }
  const deaf = await follow() // nobody reads it
  const other = await follow()
  let heard = 0
  other.on('data', (bytes: Buffer) => { heard += bytes.length })
  // what the kernel takes for it is a few MiB
  const event: EdgeEvent = { id: 1, at: 0, kind: 'bridge', bridge: 'x'.repeat(64 * 1024), state: { name: 'idle', since: 0 } }
  let told = 0
  for (; followers.size === 2 && told < 1000; told++) {
    for (const call of followers) call(event)
    await new Promise(resolve => setImmediate(resolve))
  }
  t.equal(followers.size, 1, `after ${told} events`)
  deaf.resume()
  await once(deaf, 'close')
  await eventually('the other one has all', () => heard >= told * 64 * 1024)
})
