/** An HTTP or HTTPS server that keeps what is posted to it, and answers as the test says. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestScope } from './certificates.ts'
import { eventually } from './eventually.ts'

export interface Posted {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  readonly json: Record<string, unknown>
}

export interface Receiver {
  readonly port: number
  readonly posts: readonly Posted[]
  /** Answers from now on with this status; null: not at all. */
  answer: number | null
  /** Waits until so many requests were taken in whole. */
  received (count: number): Promise<readonly Posted[]>
}

export async function startReceiver (t: TestScope, tls: { readonly cert: Buffer, readonly key: Buffer } | null = null): Promise<Receiver> {
  const posts: Posted[] = []
  const receiver = { port: 0, posts, answer: 200 as number | null, received }
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      posts.push({ url: request.url ?? '', headers: request.headers, body, json: JSON.parse(body) as Record<string, unknown> })
      if (receiver.answer !== null) response.writeHead(receiver.answer).end('thank you')
    })
  }
  const server = tls === null ? createServer(take) : createSecureServer(tls, take)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  async function received (count: number): Promise<readonly Posted[]> {
    await eventually(`${count} requests have come, of which ${posts.length} did`, () => posts.length >= count, 10_000)
    return posts
  }
  return Object.assign(receiver, { port: (server.address() as AddressInfo).port })
}
