/**
 * A device that does with QoS 1 and 2 all that the standard asks of it, over as many connections as it takes: what is not answered goes out
 * again under the same identifier with DUP, in the order it went out first [MQTT-4.6.0-1], PUBREL where PUBREC had come, and before anything
 * new; no identifier is given away before its handshake is over. Its state is here, outside the broker. (mqtt.js sends new messages before
 * old ones when it connects again, and can not be used to see what a broker does to the order.)
 */
import type { Socket } from 'node:net'
import { frameSocket } from './frame-socket.ts'
import { publish, pubrel } from './packets.ts'

const OUTSTANDING = 30
const RETRY_MS = 50

interface Handshake {
  readonly number: number
  /** PUBREC has come. */
  released: boolean
}

export interface SteadyDeviceOptions {
  /** It publishes to `PREFIX/NAME`. */
  readonly prefix?: string
  /** Between the end of a handshake and new messages. */
  readonly pauseMs?: number
  /** Asked before new messages, after each pause. @default yes */
  readonly mayGoOn?: () => boolean
}

export class SteadyDevice {
  readonly name: string
  readonly qos: 1 | 2
  readonly prefix: string
  /** PUBACK or PUBREC has come for them: they may not be lost. */
  readonly acknowledged: number[] = []
  readonly #port: number
  readonly #pauseMs: number
  readonly #mayGoOn: () => boolean
  readonly #open = new Map<number, Handshake>()
  #socket: Socket | null = null
  #connected = false
  #sent = 0
  #nextId = 1
  #stopped = false
  #retry: NodeJS.Timeout | null = null
  #pause: NodeJS.Timeout | null = null
  #onQuiet: () => void = () => {}

  constructor (port: number, name: string, qos: 1 | 2, { prefix = 'up', pauseMs = 0, mayGoOn = () => true }: SteadyDeviceOptions = {}) {
    this.name = name
    this.qos = qos
    this.#port = port
    this.prefix = prefix
    this.#pauseMs = pauseMs
    this.#mayGoOn = mayGoOn
    this.#connect()
  }

  #connect (): void {
    const socket = frameSocket(this.#port, this.name, (bytes, start, body) => this.#take((bytes[start] as number) >> 4, bytes, body))
    this.#socket = socket
    this.#connected = false
    socket.on('close', () => {
      this.#connected = false
      this.#retry = setTimeout(() => this.#connect(), RETRY_MS)
    })
  }

  #take (type: number, bytes: Buffer, body: number): void {
    if (type === 2) return this.#connack()
    const id = bytes.readUInt16BE(body)
    const handshake = this.#open.get(id)
    if (handshake === undefined) return
    if (type === 4) {
      this.acknowledged.push(handshake.number)
      this.#complete(id)
    } else if (type === 5) {
      if (!handshake.released) this.acknowledged.push(handshake.number)
      handshake.released = true
      this.#socket?.write(pubrel(id))
    } else if (type === 7) this.#complete(id)
  }

  #connack (): void {
    this.#connected = true
    for (const [id, { number, released }] of this.#open) this.#socket?.write(released ? pubrel(id) : this.#frame(id, number, true))
    this.#fill()
  }

  #complete (id: number): void {
    this.#open.delete(id)
    if (this.#pauseMs === 0) this.#fill()
    else this.#pause ??= setTimeout(() => this.#resume(), this.#pauseMs)
    if (this.#stopped && this.#open.size === 0) this.#onQuiet()
  }

  #resume (): void {
    this.#pause = null
    if (this.#stopped || this.#mayGoOn()) this.#fill()
    else this.#pause = setTimeout(() => this.#resume(), this.#pauseMs)
  }

  #frame (id: number, number: number, dup: boolean): Buffer {
    return publish(`${this.prefix}/${this.name}`, String(number), { qos: this.qos, id, dup })
  }

  #fill (): void {
    while (!this.#stopped && this.#connected && this.#open.size < OUTSTANDING) {
      const id = this.#nextId
      this.#nextId = id === 200 ? 1 : id + 1 // few, so that each is used again and again
      if (this.#open.has(id)) continue
      const number = this.#sent++
      this.#open.set(id, { number, released: false })
      this.#socket?.write(this.#frame(id, number, false))
    }
  }

  /** Publishes no more; waits until every handshake is over. */
  async finish (): Promise<void> {
    this.#stopped = true
    if (this.#open.size > 0) await new Promise<void>(resolve => { this.#onQuiet = resolve })
    this.#socket?.removeAllListeners('close')
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#socket?.destroy()
  }
}
