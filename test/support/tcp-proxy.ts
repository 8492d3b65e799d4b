/** Stands between a bridge and its remote, and does to the link what networks do: cut, reset, stall, delay, corrupt. */
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import type { TestScope } from './certificates.ts'

export type Direction = 'up' | 'down'

interface Pair {
  readonly near: Socket
  readonly far: Socket
}

export class TcpProxy {
  readonly port: number
  readonly #server: Server
  readonly #pairs = new Set<Pair>()
  #stalled = false
  #delayMs = 0
  #corrupt: Direction | null = null
  #refusing = false
  /** Connections accepted so far. */
  connections = 0
  /** Asked for each connection: gets what the target sends on it. */
  watchDown: (() => (chunk: Buffer) => void) | null = null

  constructor (server: Server, targetPort: number) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', near => this.#accept(near, targetPort))
  }

  #accept (near: Socket, targetPort: number): void {
    this.connections++
    near.on('error', () => {})
    if (this.#refusing) {
      near.resetAndDestroy()
      return
    }
    const far = connect(targetPort, '127.0.0.1')
    const pair = { near, far }
    this.#pairs.add(pair)
    this.#pass(near, far, 'up')
    this.#pass(far, near, 'down')
    if (this.#stalled) for (const socket of [near, far]) socket.pause()
  }

  #pass (from: Socket, to: Socket, direction: Direction): void {
    const watch = direction === 'down' ? this.watchDown?.() : undefined
    from.setNoDelay(true)
    from.on('error', () => {})
    from.on('data', (chunk: Buffer) => {
      watch?.(chunk)
      if (this.#corrupt === direction) {
        this.#corrupt = null
        chunk.writeUInt8(chunk.readUInt8(0) ^ 0x08, 0) // first byte of a packet: type or flags
      }
      // one timer a chunk: they keep their order
      if (this.#delayMs === 0) to.write(chunk)
      else setTimeout(() => { if (!to.destroyed) to.write(chunk) }, this.#delayMs)
    })
    from.on('close', () => { to.destroy() })
  }

  /** No byte gets through any more, and no connection is closed: half open. */
  stall (): void {
    this.#stalled = true
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.pause()
  }

  resume (): void {
    this.#stalled = false
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.resume()
  }

  /** Each chunk is this much later, both ways. Set it while nothing is under way, so that none is overtaken. */
  delay (ms: number): void {
    this.#delayMs = ms
  }

  /** Flips a bit in the first byte of the next chunk. */
  corruptNext (direction: Direction): void {
    this.#corrupt = direction
  }

  /** Closes all connections, as a restarting router does; `refusing`: and takes no more until {@link accept}. */
  cut (refusing = false): void {
    this.#refusing = refusing
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.destroy()
    this.#pairs.clear()
  }

  /** Closes one of the connections that are open, the oldest being number 0. */
  cutOne (number: number): void {
    const pair = [...this.#pairs].filter(({ near }) => !near.destroyed)[number]
    if (pair === undefined) return
    for (const socket of [pair.near, pair.far]) socket.destroy()
    this.#pairs.delete(pair)
  }

  /** As {@link cut}, by RST. */
  reset (): void {
    for (const { near, far } of this.#pairs) for (const socket of [near, far]) socket.resetAndDestroy()
    this.#pairs.clear()
  }

  /** Takes connections again. */
  accept (): void {
    this.#refusing = false
  }

  close (): void {
    this.cut()
    this.#server.close()
  }
}

/** Closed when the test ends. */
export async function tcpProxy (t: TestScope, targetPort: number): Promise<TcpProxy> {
  const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy = new TcpProxy(server, targetPort)
  t.teardown(() => proxy.close())
  return proxy
}
