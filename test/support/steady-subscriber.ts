/**
 * A subscriber that does with QoS 1 and 2 all that the standard asks of it, over as many connections as it takes: a message of QoS 2 is taken
 * once for each handshake, and which handshakes are open is remembered here, outside the broker, until PUBREL comes [MQTT-4.3.3-2].
 */
import type { Socket } from 'node:net'
import { frameSocket } from './frame-socket.ts'
import { puback, pubcomp, pubrec, subscribe } from './packets.ts'

const RETRY_MS = 50

export class SteadySubscriber {
  readonly name: string
  readonly prefix: string
  readonly qos: 1 | 2
  /** Topic and text of each message it took, in order. */
  readonly taken: (readonly [topic: string, text: string])[] = []
  /** The same, each once. */
  readonly seen = new Set<string>()
  /** Connections that found no session, after the first. */
  sessionsLost = 0
  readonly #port: number
  readonly #open = new Set<number>()
  #socket: Socket | null = null
  #subscribed = false
  #retry: NodeJS.Timeout | null = null
  #onSubscribed: () => void = () => {}

  /** @param prefix it subscribes to all below it */
  constructor (port: number, qos: 1 | 2, prefix: string) {
    this.name = `takes-${prefix}-${qos}`
    this.prefix = prefix
    this.qos = qos
    this.#port = port
  }

  /** Resolves when its subscription is acknowledged. */
  async start (): Promise<void> {
    await new Promise<void>(resolve => {
      this.#onSubscribed = resolve
      this.#connect()
    })
  }

  stop (): void {
    this.#socket?.removeAllListeners('close')
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#socket?.destroy()
  }

  #connect (): void {
    const socket = frameSocket(this.#port, this.name, (bytes, start, body, end) => this.#take(bytes, start, body, end))
    this.#socket = socket
    socket.on('close', () => { this.#retry = setTimeout(() => this.#connect(), RETRY_MS) })
  }

  #take (bytes: Buffer, start: number, body: number, end: number): void {
    const first = bytes[start] as number
    switch (first >> 4) {
      case 2: return this.#connack((bytes[body] as number) === 1)
      case 3: return this.#message(first, bytes, body, end)
      case 6: return this.#released(bytes.readUInt16BE(body))
      case 9:
        this.#subscribed = true
        return this.#onSubscribed()
      default:
    }
  }

  #connack (sessionPresent: boolean): void {
    if (!sessionPresent) {
      if (this.#subscribed) this.sessionsLost++
      this.#open.clear()
    }
    if (!sessionPresent || !this.#subscribed) this.#socket?.write(subscribe(1, [`${this.prefix}/#`, this.qos]))
  }

  #message (first: number, bytes: Buffer, body: number, end: number): void {
    const qos = (first >> 1) & 3
    const topicEnd = body + 2 + bytes.readUInt16BE(body)
    const id = qos === 0 ? 0 : bytes.readUInt16BE(topicEnd)
    if (qos !== 2 || !this.#open.has(id)) this.#takes(bytes.toString('utf8', body + 2, topicEnd), bytes.toString('utf8', topicEnd + (qos === 0 ? 0 : 2), end))
    if (qos === 2) this.#open.add(id)
    if (qos > 0) this.#socket?.write(qos === 1 ? puback(id) : pubrec(id))
  }

  #takes (topic: string, text: string): void {
    this.taken.push([topic, text])
    this.seen.add(`${topic} ${text}`)
  }

  #released (id: number): void {
    this.#open.delete(id)
    this.#socket?.write(pubcomp(id))
  }
}
