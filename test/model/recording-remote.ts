/**
 * A remote broker as a bridge sees it, reduced to what it takes: it keeps a session over connections, answers QoS 1 and 2 as the standard
 * says, and writes down every message it has taken, once each where that is QoS 2. It breaks the link where it is told to.
 */
import { once } from 'node:events'
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { readVariableByteInteger, variableByteIntegerSize } from '../../src/mqtt/variable-byte-integer.ts'
import type { TestScope } from '../support/certificates.ts'
import { puback, pubcomp, pubrec } from '../support/packets.ts'
import type { Arrival } from './ledger.ts'

export class RecordingRemote {
  readonly port: number
  readonly arrivals: Arrival[] = []
  /** Refuses every connection. */
  down = false
  /** Messages after which it breaks the link, and whether it answers the last of them before. */
  cut: { left: number, readonly answers: boolean } | null = null
  readonly #sockets = new Set<Socket>()
  readonly #open = new Set<number>()
  #hasSession = false

  constructor (server: Server) {
    this.port = (server.address() as AddressInfo).port
    server.on('connection', socket => this.#accept(socket))
  }

  /** Its session is gone, as after a restart without a disk. */
  forget (): void {
    this.#open.clear()
    this.#hasSession = false
  }

  goDown (): void {
    this.down = true
    for (const socket of this.#sockets) socket.destroy()
  }

  #accept (socket: Socket): void {
    socket.on('error', () => {})
    if (this.down) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => this.#sockets.delete(socket))
    let level = 4
    const scanner = new FrameScanner({
      frame: (bytes, start, body, end) => {
        if (socket.destroyed || !this.#sockets.has(socket)) return false
        const type = (bytes[start] as number) >> 4
        if (type === 1) level = this.#welcome(socket, bytes, body)
        else if (type === 3) this.#take(socket, bytes.subarray(start, end), { body: body - start, level })
        else if (type === 6) this.#release(socket, bytes.readUInt16BE(body))
        else if (type === 12) socket.write(Buffer.of(0xd0, 0))
        return true
      },
      malformed: () => { this.arrivals.push({ topic: 'what is no MQTT', payload: '', qos: 0, retain: false }) }
    }, 1_000_000)
    socket.on('data', chunk => scanner.push(chunk))
  }

  #welcome (socket: Socket, bytes: Buffer, body: number): number {
    const level = bytes[body + 6] as number
    if (((bytes[body + 7] as number) & 2) !== 0) this.forget()
    socket.write(Buffer.of(0x20, level === 5 ? 3 : 2, this.#hasSession ? 1 : 0, 0, ...(level === 5 ? [0] : [])))
    this.#hasSession = true
    return level
  }

  #take (socket: Socket, frame: Buffer, { body, level }: { readonly body: number, readonly level: number }): void {
    const first = frame[0] as number
    const qos = (first >> 1) & 3
    const topicEnd = body + 2 + frame.readUInt16BE(body)
    const id = qos === 0 ? 0 : frame.readUInt16BE(topicEnd)
    const isNew = qos !== 2 || !this.#open.has(id) // [MQTT-4.3.3-2]
    if (isNew) this.arrivals.push({ topic: frame.toString('utf8', body + 2, topicEnd), payload: frame.toString('utf8', payloadOf(frame, topicEnd + (qos === 0 ? 0 : 2), level)), qos, retain: (first & 1) !== 0 })
    if (qos === 2) this.#open.add(id)
    if (this.cut !== null && --this.cut.left <= 0) this.#break(socket, this.cut.answers ? () => this.#answer(socket, qos, id) : () => {})
    else this.#answer(socket, qos, id)
  }

  #break (socket: Socket, answer: () => void): void {
    this.cut = null
    answer()
    socket.destroySoon() // what it has answered still goes out
    this.#sockets.delete(socket)
  }

  #answer (socket: Socket, qos: number, id: number): void {
    if (qos === 1) socket.write(puback(id))
    if (qos === 2) socket.write(pubrec(id))
  }

  #release (socket: Socket, id: number): void {
    this.#open.delete(id)
    socket.write(pubcomp(id))
  }
}

/** Where the payload starts, behind the properties of MQTT 5. */
function payloadOf (frame: Buffer, at: number, level: number): number {
  if (level !== 5) return at
  const length = readVariableByteInteger(frame, at, frame.length)
  return at + variableByteIntegerSize(length) + length
}

export async function recordingRemote (t: TestScope): Promise<RecordingRemote> {
  const open = new Set<Socket>()
  const server = createServer(socket => { open.add(socket) }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    for (const socket of open) socket.destroy()
    server.close()
  })
  return new RecordingRemote(server)
}
