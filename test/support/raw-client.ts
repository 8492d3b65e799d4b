/** A client that says exactly the bytes it is given, and keeps every packet it gets, in order. */
import { type Socket, connect as dial } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ConnectOptions, connect } from './packets.ts'

export interface Received {
  readonly type: number
  readonly flags: number
  readonly body: Buffer
}

/** A delivered PUBLISH, taken apart. */
export interface Delivery {
  readonly topic: string
  readonly payload: string
  readonly qos: number
  readonly retain: boolean
  readonly dup: boolean
  readonly id: number
}

const PATIENCE_MS = 15_000

export class RawClient {
  readonly stream: Duplex
  readonly received: Received[] = []
  closed = false
  #rest = Buffer.alloc(0)
  #watchers: (() => void)[] = []

  constructor (stream: Duplex) {
    this.stream = stream
    stream.on('data', (chunk: Buffer) => this.#data(chunk))
    stream.on('error', () => {})
    stream.once('close', () => {
      this.closed = true
      this.#changed()
    })
  }

  static async dial (port: number, host = '127.0.0.1'): Promise<RawClient> {
    const socket: Socket = dial({ port, host, noDelay: true })
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', () => resolve())
      socket.once('error', reject)
    })
    return new RawClient(socket)
  }

  /** Dials, connects and waits for CONNACK 0. */
  static async open (port: number, options: ConnectOptions = {}): Promise<RawClient> {
    const client = await RawClient.dial(port)
    client.send(connect(options))
    const connack = await client.next(2)
    if (connack.body[1] !== 0) throw new Error(`CONNACK ${connack.body[1] ?? -1}`)
    return client
  }

  send (...packets: readonly Buffer[]): void {
    this.stream.write(Buffer.concat(packets))
  }

  /** Takes the next packet of a type out of what was received, waiting for it. */
  async next (type: number): Promise<Received> {
    await this.until(() => this.received.some(one => one.type === type), `a packet of type ${type}`)
    const at = this.received.findIndex(one => one.type === type)
    return this.received.splice(at, 1)[0] as Received
  }

  async delivery (): Promise<Delivery> {
    return deliveryOf(await this.next(3))
  }

  /** The return codes of the next SUBACK. */
  async granted (): Promise<number[]> {
    const { body } = await this.next(9)
    return [...body.subarray(2)]
  }

  deliveries (): Delivery[] {
    return this.received.filter(one => one.type === 3).map(deliveryOf)
  }

  /** Packet identifiers of all packets of a type, in order. */
  ids (type: number): number[] {
    return this.received.filter(one => one.type === type).map(one => one.body.readUInt16BE(0))
  }

  async until (condition: () => boolean, what: string): Promise<void> {
    if (condition()) return
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`waited in vain for ${what}; got ${this.received.map(one => one.type).join(' ')}${this.closed ? ', closed' : ''}`)), PATIENCE_MS)
      const look = (): void => {
        if (!condition()) {
          if (!this.closed) return
          clearTimeout(timer)
          reject(new Error(`closed while waiting for ${what}; got ${this.received.map(one => one.type).join(' ')}`))
          return
        }
        clearTimeout(timer)
        this.#watchers = this.#watchers.filter(one => one !== look)
        resolve()
      }
      this.#watchers.push(look)
    })
  }

  async ended (): Promise<void> {
    await this.until(() => this.closed, 'the end of the connection')
  }

  destroy (): void {
    this.stream.destroy()
  }

  #data (chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    for (;;) {
      const end = endOf(this.#rest)
      if (end === null) break
      const first = this.#rest[0] as number
      this.received.push({ type: first >> 4, flags: first & 15, body: this.#rest.subarray(end.body, end.end) })
      this.#rest = this.#rest.subarray(end.end)
    }
    this.#changed()
  }

  #changed (): void {
    for (const look of [...this.#watchers]) look()
  }
}

function endOf (bytes: Buffer): { body: number, end: number } | null {
  let length = 0
  for (let i = 1; i < Math.min(bytes.length, 5); i++) {
    const byte = bytes[i] as number
    length |= (byte & 127) << 7 * (i - 1)
    if (byte < 128) return i + 1 + length <= bytes.length ? { body: i + 1, end: i + 1 + length } : null
  }
  return null
}

function deliveryOf ({ flags, body }: Received): Delivery {
  const qos = (flags >> 1) & 3
  const topicEnd = 2 + body.readUInt16BE(0)
  const payloadStart = topicEnd + (qos === 0 ? 0 : 2)
  return {
    topic: body.toString('utf8', 2, topicEnd),
    payload: body.toString('utf8', payloadStart),
    qos,
    retain: (flags & 1) !== 0,
    dup: (flags & 8) !== 0,
    id: qos === 0 ? 0 : body.readUInt16BE(topicEnd)
  }
}
