/** One device of a run: connects to the target, says CONNECT, perhaps SUBSCRIBE, and carries a publisher's frames and their answers. */
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { FrameScanner, type FrameSink } from '../../mqtt/frame-scanner.ts'
import { PacketType } from '../../mqtt/packet-type.ts'
import type { Violation } from '../../mqtt/violation.ts'
import { nowMicros } from '../wire/clock.ts'
import { connectFrame, disconnectFrame, pingRequest } from '../wire/frames.ts'
import type { Publisher } from '../wire/publisher.ts'
import type { Tally } from '../wire/tally.ts'
import { Traffic } from '../wire/traffic.ts'
import { MAX_FRAME } from './bridge-link.ts'

const CONNECT_TIMEOUT_MS = 10_000

export interface DeviceOptions {
  readonly host: string
  readonly port: number
  readonly ca: string | null
  readonly clientId: string
  readonly level: 4 | 5
  readonly keepAlive: number
  readonly tally: Tally
  readonly publisher: Publisher | null
  /** The connection is gone without {@link DeviceLink.close}. */
  readonly lost: (link: DeviceLink, reason: string) => void
}

export class DeviceLink implements FrameSink {
  readonly #options: DeviceOptions
  #socket: Socket | TLSSocket | null = null
  #traffic: Traffic | null = null
  #closing = false
  /** Waits for CONNACK or SUBACK. */
  #awaited: { readonly type: number, readonly settle: (failure: Error | null) => void } | null = null

  constructor (options: DeviceOptions) {
    this.#options = options
  }

  get fault (): string | null { return this.#traffic?.fault ?? null }

  /** Resolves at CONNACK; the publisher, if any, is attached then. */
  async open (): Promise<void> {
    const { host, port, ca, level, publisher, tally } = this.#options
    this.#closing = false
    const socket = ca === null ? connectTcp({ host, port }) : connectTls({ host, port, ca })
    socket.setNoDelay(true)
    this.#socket = socket
    const traffic = new Traffic(socket, tally)
    traffic.level = level
    this.#traffic = traffic
    this.#listen(socket, traffic)
    await this.#say(connectFrame(this.#options.clientId, level, this.#options.keepAlive), PacketType.CONNACK)
    socket.setTimeout(0)
    traffic.publisher = publisher
    publisher?.attach(socket)
  }

  async subscribe (frame: Buffer): Promise<void> {
    await this.#say(frame, PacketType.SUBACK)
  }

  /** Reads no more, as a subscriber that hangs. */
  stall (): void {
    this.#socket?.pause()
  }

  ping (): void {
    this.#socket?.write(pingRequest)
  }

  close (): void {
    this.#closing = true
    this.#options.publisher?.detach()
    this.#socket?.end(disconnectFrame)
    this.#socket?.destroySoon()
  }

  /** Gone without a word, as when the power fails. */
  drop (): void {
    this.#closing = true
    this.#options.publisher?.detach()
    this.#socket?.destroy()
  }

  frame (bytes: Buffer, start: number, body: number, end: number): boolean {
    if (this.#traffic?.frame(bytes, start, body, end) === true) return true
    const type = (bytes[start] as number) >> 4
    if (this.#awaited?.type !== type) return true
    const code = type === PacketType.CONNACK ? bytes[body + 1] as number : bytes[end - 1] as number
    this.#settle(code < 0x80 && (code === 0 || type === PacketType.SUBACK) ? null : new Error(`the target refused with code 0x${code.toString(16)}`))
    return true
  }

  malformed (reason: Violation): void {
    if (this.#traffic !== null) this.#traffic.fault = reason.reason
    this.#socket?.destroy()
  }

  #listen (socket: Socket, traffic: Traffic): void {
    const scanner = new FrameScanner(this, MAX_FRAME)
    let reason = 'closed by the target'
    socket.on('data', chunk => {
      traffic.now = nowMicros()
      scanner.push(chunk)
      traffic.flush()
    })
    socket.on('error', error => { reason = error.message })
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error('no answer to CONNECT in 10 s')))
    socket.on('close', () => {
      scanner.end()
      this.#settle(new Error(reason))
      if (this.#socket !== socket || this.#closing) return
      this.#options.publisher?.detach()
      this.#options.lost(this, reason)
    })
  }

  async #say (frame: Buffer, type: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#awaited = { type, settle: failure => failure === null ? resolve() : reject(failure) }
      this.#socket?.write(frame)
    })
  }

  #settle (failure: Error | null): void {
    const awaited = this.#awaited
    this.#awaited = null
    awaited?.settle(failure)
  }
}
