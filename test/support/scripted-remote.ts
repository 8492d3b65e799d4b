/** A remote that does what the test says, for what real brokers never do. Plain TCP; each connection is handed out in turn. */
import type { AddressInfo, Server, Socket } from 'node:net'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import type { TestScope } from './certificates.ts'
import { loopbackServer } from './loopback-server.ts'

/** Packet types of interest, by their number. */
export const type = { CONNECT: 1, PUBLISH: 3, PUBACK: 4, PUBREC: 5, PUBREL: 6, PUBCOMP: 7, SUBSCRIBE: 8, PINGREQ: 12, DISCONNECT: 14 } as const

export class RemoteConnection {
  readonly socket: Socket
  readonly closed: Promise<void>
  readonly frames: Buffer[] = []
  #wake: () => void = () => {}

  constructor (socket: Socket) {
    this.socket = socket
    this.closed = new Promise(resolve => socket.once('close', () => resolve()))
    const scanner = new FrameScanner({
      frame: (bytes, start, _body, end) => {
        this.frames.push(Buffer.from(bytes.subarray(start, end)))
        this.#wake()
        return true
      },
      malformed: () => socket.destroy()
    }, Infinity)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => scanner.push(chunk))
    socket.once('close', () => this.#wake())
  }

  send (...frames: readonly (Buffer | readonly number[])[]): void {
    this.socket.write(Buffer.concat(frames.map(frame => Buffer.from(frame))))
  }

  /** Takes the next frame of a type out of what came; waits for it. */
  async next (packetType: number): Promise<Buffer> {
    for (;;) {
      const at = this.frames.findIndex(frame => frame.readUInt8(0) >> 4 === packetType)
      const [frame] = at < 0 ? [] : this.frames.splice(at, 1)
      if (frame !== undefined) return frame
      if (this.socket.destroyed) throw new Error(`the bridge closed the connection and never sent packet type ${packetType}`)
      await new Promise<void>(resolve => { this.#wake = resolve })
    }
  }

  /** Takes CONNECT and accepts it. */
  async accept (sessionPresent = false, level: 4 | 5 = 4): Promise<Buffer> {
    const connect = await this.next(type.CONNECT)
    this.send(level === 4 ? [0x20, 2, sessionPresent ? 1 : 0, 0] : [0x20, 3, sessionPresent ? 1 : 0, 0, 0])
    return connect
  }
}

export class ScriptedRemote {
  readonly port: number
  readonly #server: Server
  readonly #waiting: RemoteConnection[] = []
  /** Connections seen. */
  count = 0
  #wake: () => void = () => {}

  constructor (server: Server) {
    this.#server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', socket => {
      this.count++
      this.#waiting.push(new RemoteConnection(socket))
      this.#wake()
    })
  }

  /** The next connection of the bridge. */
  async connection (): Promise<RemoteConnection> {
    for (;;) {
      const connection = this.#waiting.shift()
      if (connection !== undefined) return connection
      await new Promise<void>(resolve => { this.#wake = resolve })
    }
  }

  get listening (): boolean { return this.#server.listening }
}

export async function scriptedRemote (t: TestScope): Promise<ScriptedRemote> {
  return new ScriptedRemote(await loopbackServer(t))
}
