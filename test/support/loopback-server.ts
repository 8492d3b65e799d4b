/** A TCP server on loopback that is closed with its test, and all that connected to it. */
import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { TestScope } from './certificates.ts'

export async function loopbackServer (t: TestScope): Promise<Server> {
  const open = new Set<Socket>()
  const server = createServer(socket => { open.add(socket) }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return server
}
