/**
 * A remote broker as a bridge sees it, reduced to what it takes: it keeps a session over connections, answers QoS 1 and 2 as the standard
 * says, and writes down every message it has taken, once each where that is QoS 2. It breaks the link where it is told to.
 */
import type { AddressInfo, Server, Socket } from 'node:net'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { readVariableByteInteger, variableByteIntegerSize } from '../../src/mqtt/variable-byte-integer.ts'
import type { TestScope } from '../support/certificates.ts'
import { packet, puback, pubcomp, pubrec, pubrel, text, u16 } from '../support/packets.ts'
import type { Arrival } from './ledger.ts'
import { Repetitions } from './repetitions.ts'
import { loopbackServer } from '../support/loopback-server.ts'

export class RecordingRemote {
  readonly port: number
  readonly arrivals: Arrival[] = []
  /** Refuses every connection. */
  down = false
  /** Messages after which it breaks the link, and whether it answers the last of them before. */
  cut: { left: number, readonly answers: boolean } | null = null
  readonly #sockets = new Set<Socket>()
  readonly #open = new Set<number>()
  /** What it sends and is not answered in full: QoS 1 and 2, by packet id. */
  readonly #outgoing = new Map<number, { readonly message: Arrival, released: boolean }>()
  #nextId = 0
  #link: { readonly socket: Socket, readonly level: number } | null = null
  #hasSession = false
  /** Times it has broken the link. */
  breaks = 0
  /** It has lost a session while the edge lived: what that had not noted as acknowledged may come again, QoS 2 too. */
  isForgetful = false
  /** What the bridge has done that it must not. */
  readonly surprises: string[] = []
  readonly #repetitions = new Repetitions('a remote')
  /** The bridge has subscribed in the session there is. */
  subscribed = false

  constructor (server: Server) {
    this.port = (server.address() as AddressInfo).port
    server.on('connection', socket => this.#accept(socket))
  }

  /** Its session is gone, as after a restart without a disk. */
  forget (): void {
    this.#open.clear()
    this.#outgoing.clear()
    this.#hasSession = this.subscribed = false
    this.isForgetful = true
  }

  /** Nothing is under way to it. */
  rests (): void { this.#repetitions.rests() }

  /** The edge starts again: what was forgotten in its life before is past, unless it does not know yet. */
  meetsAnother (): void { this.isForgetful = !this.#hasSession }

  get settled (): boolean { return this.#outgoing.size === 0 }

  /** Sends these to the bridge; after so many the link breaks, where that is said. */
  publish (messages: readonly Arrival[], breaksAfter: number | null): void {
    const { socket } = this.#link ?? {}
    const frames = messages.map(message => {
      if (message.qos === 0) return this.#frame(message, 0, false)
      this.#nextId = this.#nextId % 1000 + 1
      this.#outgoing.set(this.#nextId, { message, released: false })
      return this.#frame(message, this.#nextId, false)
    })
    socket?.write(Buffer.concat(frames.slice(0, breaksAfter ?? frames.length)))
    if (socket === undefined || breaksAfter === null) return
    socket.destroySoon()
    this.#gone(socket)
  }

  /** A bridge is connected. */
  get linked (): boolean { return this.#link !== null }

  goDown (): void {
    this.down = true
    for (const socket of this.#sockets) socket.destroy()
    this.#link = null
  }

  #accept (socket: Socket): void {
    socket.on('error', () => {})
    if (this.down) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => this.#gone(socket))
    let level = 4
    const scanner = new FrameScanner({
      frame: (bytes, start, body, end) => {
        if (socket.destroyed || !this.#sockets.has(socket)) return false
        const type = (bytes[start] as number) >> 4
        if (type === 1) level = this.#welcome(socket, bytes, body)
        else if (type >= 4 && type <= 8 && type !== 6) this.#answered(type, socket, bytes.subarray(body, end))
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
    this.#repetitions.begins(this.#hasSession)
    this.#hasSession = true
    this.#link = { socket, level }
    for (const [id, { message, released }] of this.#outgoing) socket.write(released ? pubrel(id) : this.#frame(message, id, true)) // [MQTT-4.4.0-1]
    return level
  }

  /** What the bridge answers to what was sent to it, and its SUBSCRIBE. */
  #answered (type: number, socket: Socket, body: Buffer): void {
    const id = body.readUInt16BE(0)
    const sent = this.#outgoing.get(id)
    if (type === 8) return this.#grant(socket, body)
    if (type === 5) {
      if (sent !== undefined) sent.released = true
      socket.write(pubrel(id))
    } else this.#outgoing.delete(id)
  }

  #grant (socket: Socket, body: Buffer): void {
    const five = this.#link?.level === 5
    const length = five ? readVariableByteInteger(body, 2, body.length) : 0
    const granted: number[] = []
    for (let at = five ? 2 + variableByteIntegerSize(length) + length : 2; at < body.length;) {
      at += 3 + body.readUInt16BE(at)
      granted.push(body.readUInt8(at - 1) & 3)
    }
    this.subscribed = true
    socket.write(packet(0x90, [body.readUInt8(0), body.readUInt8(1)], five ? [0] : [], granted))
  }

  #frame ({ topic, payload, qos, retain }: Arrival, id: number, dup: boolean): Buffer {
    return packet(0x30 | (dup ? 8 : 0) | qos << 1 | (retain ? 1 : 0), text(topic), qos === 0 ? [] : u16(id), this.#link?.level === 5 ? [0] : [], Buffer.from(payload))
  }

  #take (socket: Socket, frame: Buffer, { body, level }: { readonly body: number, readonly level: number }): void {
    const first = frame[0] as number
    const qos = (first >> 1) & 3
    const topicEnd = body + 2 + frame.readUInt16BE(body)
    const id = qos === 0 ? 0 : frame.readUInt16BE(topicEnd)
    const isNew = qos !== 2 || !this.#open.has(id) // [MQTT-4.3.3-2]
    const message = { topic: frame.toString('utf8', body + 2, topicEnd), payload: frame.toString('utf8', payloadOf(frame, topicEnd + (qos === 0 ? 0 : 2), level)), qos, retain: (first & 1) !== 0 }
    const wrong = this.#repetitions.complaint({ ...message, id, dup: (first & 8) !== 0 })
    if (wrong !== null) this.surprises.push(wrong)
    if (isNew) this.arrivals.push(message)
    if (qos === 2) this.#open.add(id)
    if (this.cut !== null && --this.cut.left <= 0) this.#break(socket, this.cut.answers ? () => this.#answer(socket, qos, id) : () => {})
    else this.#answer(socket, qos, id)
  }

  #break (socket: Socket, answer: () => void): void {
    this.cut = null
    answer()
    socket.destroySoon() // what it has answered still goes out
    this.breaks++
    this.#gone(socket)
  }

  #gone (socket: Socket): void {
    this.#sockets.delete(socket)
    if (this.#link?.socket === socket) this.#link = null
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
  return new RecordingRemote(await loopbackServer(t))
}
