/**
 * A remote that can be killed and remembers all: its session with the bridge outlives it, as that of a broker with a sound disk does. It takes messages
 * as MQTT 3.1.1 and 5 have it, QoS 2 once, notes what it has, and sends its own with QoS 1 and 2 until they are acknowledged.
 */
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import type { TestScope } from './certificates.ts'
import { publishFrame, readPublish } from './publish-frames.ts'
import { type } from './scripted-remote.ts'

interface Outgoing {
  readonly id: number
  readonly topic: string
  readonly payload: string
  readonly qos: 1 | 2
  released: boolean
}

/** Messages of its own that may be under way. */
const WINDOW = 20

export class AccountableRemote {
  readonly level: 4 | 5
  readonly port: number
  /** Payloads by topic, each time one was taken. */
  readonly taken = new Map<string, string[]>()
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  /** Packet ids of QoS 2 that the bridge has not released. */
  readonly #open = new Set<number>()
  readonly #waiting: Omit<Outgoing, 'id' | 'released'>[] = []
  readonly #underWay = new Map<number, Outgoing>()
  #lastId = 0
  #hasSession = false
  #current: Socket | null = null
  kills = 0

  constructor (server: Server, level: 4 | 5) {
    this.#server = server
    this.level = level
    this.port = (server.address() as AddressInfo).port
    server.on('connection', socket => this.#serve(socket))
  }

  /** Messages of its own that the bridge has not acknowledged. */
  get owed (): number { return this.#waiting.length + this.#underWay.size }

  publish (topic: string, payload: string, qos: 1 | 2): void {
    this.#waiting.push({ topic, payload, qos })
    this.#pump()
  }

  /** Every connection is reset, and nobody listens. */
  async kill (): Promise<void> {
    this.kills++
    this.#current = null
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.resetAndDestroy()
    await closed
  }

  async revive (): Promise<void> {
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  close (): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #serve (socket: Socket): void {
    this.#sockets.add(socket)
    socket.on('error', () => {}).on('close', () => { this.#sockets.delete(socket) })
    const scanner = new FrameScanner({
      frame: (bytes, start, _body, end) => {
        this.#take(socket, Buffer.from(bytes.subarray(start, end)))
        return true
      },
      malformed: ({ reason }) => { throw new Error(`the bridge sends what is no frame: ${reason}`) }
    }, Infinity)
    socket.on('data', (chunk: Buffer) => { if (!socket.destroyed) scanner.push(chunk) })
  }

  #take (socket: Socket, frame: Buffer): void {
    const kind = frame.readUInt8(0) >> 4
    const send = (...bytes: number[]): void => { socket.write(Buffer.from(bytes)) }
    if (kind === type.CONNECT) return this.#accept(socket)
    if (socket !== this.#current) return
    const id = frame.length < 4 ? 0 : frame.readUInt16BE(2)
    if (kind === type.PUBLISH) this.#publish(frame, send)
    else if (kind === type.PUBREL) {
      this.#open.delete(id)
      send(0x70, 2, id >> 8, id & 255)
    } else if (kind === type.SUBSCRIBE) send(0x90, this.level === 5 ? 4 : 3, frame.readUInt8(2), frame.readUInt8(3), ...(this.level === 5 ? [0] : []), 2)
    else if (kind === type.PINGREQ) send(0xd0, 0)
    else this.#answered(kind, id)
  }

  #accept (socket: Socket): void {
    this.#current?.destroy()
    this.#current = socket
    const present = this.#hasSession ? 1 : 0
    this.#hasSession = true
    socket.write(Buffer.from(this.level === 5 ? [0x20, 3, present, 0, 0] : [0x20, 2, present, 0]))
    for (const message of this.#underWay.values()) this.#send(message, true)
    this.#pump()
  }

  #publish (frame: Buffer, send: (...bytes: number[]) => void): void {
    const { topic, payload, qos, packetId: id = 0 } = readPublish(frame, this.level)
    if (qos !== 2 || !this.#open.has(id)) this.taken.set(topic, [...this.taken.get(topic) ?? [], payload])
    if (qos === 2) this.#open.add(id)
    if (qos > 0) send(qos === 2 ? 0x50 : 0x40, 2, id >> 8, id & 255)
  }

  #answered (kind: number, id: number): void {
    const message = this.#underWay.get(id)
    if (message === undefined) return
    if (kind === type.PUBREC) {
      message.released = true
      this.#send(message, false)
      return
    }
    this.#underWay.delete(id)
    this.#pump()
  }

  #pump (): void {
    while (this.#current !== null && this.#underWay.size < WINDOW) {
      const next = this.#waiting.shift()
      if (next === undefined) return
      do this.#lastId = this.#lastId % 65_535 + 1
      while (this.#underWay.has(this.#lastId))
      const message = { ...next, id: this.#lastId, released: false }
      this.#underWay.set(message.id, message)
      this.#send(message, false)
    }
  }

  #send ({ id, topic, payload, qos, released }: Outgoing, dup: boolean): void {
    const frame = released
      ? Buffer.of(0x62, 2, id >> 8, id & 255)
      : publishFrame({ topic, payload, qos, dup, packetId: id, ...(this.level === 5 ? { properties: Buffer.alloc(0) } : {}) })
    this.#current?.write(frame)
  }
}

export async function accountableRemote (t: TestScope, level: 4 | 5): Promise<AccountableRemote> {
  const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const remote = new AccountableRemote(server, level)
  t.teardown(() => remote.close())
  return remote
}
