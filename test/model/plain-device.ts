/**
 * A device that does what the standard asks of it, and keeps what it got: its session is here and not in a library. What it has to say is
 * written in pieces of any size. Where CONNACK says that there is no session it forgets its own too [MQTT-3.2.2-4].
 */
import { type Socket, connect as dial } from 'node:net'
import { FrameScanner } from '../../src/mqtt/frame-scanner.ts'
import { pingreq, puback, pubcomp, pubrec, pubrel } from '../support/packets.ts'
import type { Arrival } from './ledger.ts'
import type { Outgoing } from './outgoing.ts'
import type { Qos } from './plain-rules.ts'
import { type Greeting, type Level, type SubscriptionOptions, type Wire, PLAIN_OPTIONS, delivered, wireOf } from './plain-wire.ts'
import { Repetitions } from './repetitions.ts'

const PATIENCE_MS = 10_000

export class PlainDevice {
  readonly name: string
  readonly arrivals: Arrival[] = []
  /** Where the broker is. */
  port: number
  connected = false
  /** Sizes of the pieces it writes. */
  chunks: readonly number[] = [5000]
  /** Bytes of PUBLISH after which its connection breaks; null: it does not. */
  breaksAfter: number | null = null
  /** Told that its connection breaks. */
  onBreak: (() => void) | null = null
  /** Its connection was ended by the other side, and it had not asked for it. */
  readonly surprises: string[] = []
  readonly #wire: Wire
  readonly #open = new Map<number, Outgoing>()
  readonly #incoming = new Set<number>()
  readonly #repetitions: Repetitions
  readonly #aliases = new Map<number, string>()
  #socket: Socket | null = null
  #nextId = 0
  #waiters: (() => void)[] = []
  #answers = 0
  #asked = 0
  #out: Buffer = Buffer.alloc(0)
  #writing: Promise<void> | null = null

  constructor (port: number, name: string, level: Level = 4) {
    this.port = port
    this.name = name
    this.#wire = wireOf(level)
    this.#repetitions = new Repetitions(name)
  }

  /** Connects; a connection that is there is left to the broker to end. @returns Session Present */
  async come (greeting: Omit<Greeting, 'clientId'>): Promise<boolean> {
    const socket = dial({ port: this.port, host: '127.0.0.1', noDelay: true })
    this.#socket = socket
    this.connected = false
    this.#answers = this.#asked = 0
    this.#out = Buffer.alloc(0)
    this.#writing = null
    const connack: { present: boolean | null } = { present: null }
    const scanner = new FrameScanner({
      frame: (bytes, start, body, end) => {
        const type = (bytes[start] as number) >> 4
        if (type === 2) connack.present = this.#accepted(bytes[body] === 1, bytes[body + 1] as number)
        else if (this.#socket === socket) this.#take(bytes, start, body, end)
        this.#changed()
        return true
      },
      malformed: () => { this.surprises.push(`${this.name} got a malformed packet`) }
    }, 1_000_000)
    socket.on('error', () => {})
    socket.on('data', chunk => scanner.push(chunk))
    socket.on('close', () => {
      if (this.#socket === socket && this.connected) this.surprises.push(`the connection of ${this.name} was ended`)
      if (this.#socket === socket) this.connected = false
      this.#changed()
    })
    this.#aliases.clear()
    socket.write(this.#wire.connect({ ...greeting, clientId: this.name }))
    await this.#until('CONNACK', () => connack.present !== null)
    return connack.present === true
  }

  #accepted (present: boolean, code: number): boolean {
    if (code !== 0) this.surprises.push(`${this.name} was refused with ${code}`)
    this.connected = true
    if (!present) this.#forget()
    this.#repetitions.begins(present)
    for (const [id, message] of this.#open) this.#write(message.released ? pubrel(id) : this.#wire.publish(message, id, true)) // [MQTT-4.4.0-1]
    return present
  }

  #forget (): void {
    for (const message of this.#open.values()) message.forgotten = true
    this.#open.clear()
    this.#incoming.clear()
    this.#nextId = 0 // it begins anew, with identifiers that it has used before
  }

  /** Sends them in order; resolves when all that can be answered is, or the connection is gone. */
  async publish (messages: readonly Outgoing[]): Promise<void> {
    const bytes: Buffer[] = []
    for (const message of messages) {
      const id = message.qos === 0 ? 0 : this.#take16(message)
      bytes.push(this.#wire.publish(message, id, false))
    }
    this.#write(Buffer.concat(bytes))
    await this.#writing
    if (this.breaksAfter !== null) this.breaks()
    await this.settled()
  }

  async settled (): Promise<void> {
    await this.#until(`acknowledgements of ${this.#open.size} messages`, () => this.#open.size === 0 || !this.connected)
  }

  /** All that it has sent was taken in by the broker, and all that the broker had for it then is here. */
  async ping (): Promise<void> {
    if (!this.connected) return
    await this.#ask(pingreq(), 'PINGRESP')
  }

  async subscribe (filter: string, qos: Qos, options: SubscriptionOptions = PLAIN_OPTIONS): Promise<void> {
    await this.#ask(this.#wire.subscribe(1, filter, qos, options), 'SUBACK')
  }

  async unsubscribe (filter: string): Promise<void> {
    await this.#ask(this.#wire.unsubscribe(1, filter), 'UNSUBACK')
  }

  /** Its connection breaks. */
  breaks (): void {
    this.connected = false
    this.#socket?.destroy()
    this.onBreak?.()
    this.#changed()
  }

  /** Nothing is under way, either way. */
  rests (): void { this.#repetitions.rests(true) }

  /** The broker is about to end its connection. */
  isLetGo (): void { this.connected = false }

  async leave (): Promise<void> {
    this.connected = false
    const socket = this.#socket
    this.#write(this.#wire.disconnect())
    await this.#until('the end of the connection', () => socket?.closed !== false)
  }

  #take16 (message: Outgoing): number {
    do this.#nextId = this.#nextId % 1000 + 1
    while (this.#open.has(this.#nextId))
    this.#open.set(this.#nextId, message)
    return this.#nextId
  }

  /** Behind what is being written: a packet is never put into the middle of another. */
  #write (bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#out = Buffer.concat([this.#out, bytes])
    this.#writing ??= this.#writeAll(this.#socket)
  }

  async #writeAll (socket: Socket | null): Promise<void> {
    for (let turn = 0; this.#out.length > 0 && this.#socket === socket && socket?.destroyed === false; turn++) {
      const size = Math.min(this.chunks[turn % this.chunks.length] ?? 5000, this.breaksAfter ?? Infinity)
      socket.write(this.#out.subarray(0, size))
      this.#out = this.#out.subarray(size)
      if (this.breaksAfter !== null) this.breaksAfter -= Math.min(size, this.breaksAfter)
      if (this.breaksAfter === 0) this.breaks()
      await new Promise(resolve => setImmediate(resolve))
    }
    if (this.#socket === socket) this.#writing = null
  }

  async #ask (packet: Buffer, what: string): Promise<void> {
    const wanted = ++this.#asked
    this.#write(packet)
    await this.#until(what, () => this.#answers >= wanted || !this.connected)
  }

  #take (bytes: Buffer, start: number, body: number, end: number): void {
    const first = bytes[start] as number
    switch (first >> 4) {
      case 3: return this.#delivered(first, bytes.subarray(body, end))
      case 4:
      case 5: return this.#answered(bytes.readUInt16BE(body), first >> 4 === 4 ? 1 : 2, end > body + 2 ? bytes[body + 2] as number : 0)
      case 6:
        this.#incoming.delete(bytes.readUInt16BE(body))
        this.#write(pubcomp(bytes.readUInt16BE(body)))
        return
      case 7:
        this.#open.delete(bytes.readUInt16BE(body))
        return
      case 14: return // why the broker ends the connection
      default: this.#answers++ // SUBACK, UNSUBACK, PINGRESP: it asks one thing at a time
    }
  }

  #answered (id: number, qos: 1 | 2, code: number): void {
    const message = this.#open.get(id)
    if (message === undefined) return
    if (code >= 0x80) this.surprises.push(`${this.name} was told ${code} to ${message.payload}`)
    message.acknowledged = true
    if (qos === 1) this.#open.delete(id)
    else {
      message.released = true
      this.#write(pubrel(id))
    }
  }

  #delivered (first: number, frame: Buffer): void {
    const message = delivered(this.#wire, this.#aliases, first, frame)
    const { id, topic, payload, qos, retain } = message
    const wrong = this.#repetitions.complaint(message)
    if (wrong !== null) this.surprises.push(wrong)
    const isNew = qos !== 2 || !this.#incoming.has(id) // [MQTT-4.3.3-2]
    if (isNew) this.arrivals.push({ topic, payload, qos, retain })
    if (qos === 1) this.#write(puback(id))
    if (qos !== 2) return
    this.#incoming.add(id)
    this.#write(pubrec(id))
  }

  #changed (): void {
    for (const look of this.#waiters.splice(0)) look()
  }

  async #until (what: string, condition: () => boolean): Promise<void> {
    const until = Date.now() + PATIENCE_MS
    while (!condition()) {
      if (Date.now() > until) throw new Error(`${this.name} waited in vain for ${what}`)
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, 100)
        this.#waiters.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }
}
