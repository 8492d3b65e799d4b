/**
 * One port that devices connect to, plain or through TLS, WebSocket or both. It knows nothing of MQTT: what has passed
 * its stages and its limits is handed over as a stream and who is at its other end.
 */
import { type AddressInfo, type Server, type Socket, createServer, isIPv6 } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { ListenerConfig } from '../../config/model.ts'
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import type { HandshakeFailure, ListenerCounters } from '../../metrics/listener-counters.ts'
import type { ListenerContext } from '../../trust/listener-context.ts'
import type { RepeatedLines } from '../repeated-lines.ts'
import { listenerError } from '../errors.ts'
import type { ConnectionLimits } from './connection-limits.ts'
import type { FailedHandshake } from './handshake-failure.ts'
import type { HandshakeSlots } from './handshake-slots.ts'
import { type PeerInfo, peerAddress, peerInfo, peerKey } from './peer-info.ts'
import { TlsStage } from './tls-stage.ts'
import type { WebSocketStage } from './websocket-stage.ts'

/** Takes an accepted connection over. The stream's errors are the taker's from then on. */
export type Accept = (stream: Duplex, peer: PeerInfo) => void

/** What all listeners of one broker share. */
export interface ListenerSurroundings {
  readonly limits: ConnectionLimits
  readonly handshakes: HandshakeSlots
  readonly counters: BrokerCounters
  readonly lines: RepeatedLines
  readonly maxPacketSize: number
  /** An HTTP upgrade must be done by then. */
  readonly upgradeTimeoutMs: number
  readonly accept: Accept
}

export interface ListenerAddress {
  readonly name: string
  readonly transport: ListenerConfig['transport']
  readonly host: string
  readonly port: number
  readonly path: string
}

/** Connections the kernel keeps for us while we are busy; above it a storm of devices is refused by the kernel. */
const BACKLOG = 1024

export class Listener {
  readonly #config: ListenerConfig
  readonly #around: ListenerSurroundings
  readonly #counters: ListenerCounters
  readonly #server: Server
  readonly #tls: TlsStage | null
  #webSocket: WebSocketStage | null = null
  /** What the TLS stage serves with. */
  #context: ListenerContext | null

  /** @param context what the TLS stage serves with; null for a plain listener */
  constructor (config: ListenerConfig, context: ListenerContext | null, around: ListenerSurroundings) {
    this.#config = config
    this.#context = context
    this.#around = around
    this.#counters = around.counters.ofListener(config.name)
    this.#server = createServer({ noDelay: true, keepAlive: true }, socket => this.#connected(socket))
    this.#tls = config.tls === null || context === null
      ? null
      : new TlsStage(context, config.tls.handshakeTimeoutMs, {
        secured: socket => this.#secured(socket),
        failed: (address, failure) => this.#handshakeFailed(address, failure)
      })
  }

  /**
   * Starts to accept.
   * @returns the address that is bound, with the port the system chose where 0 was asked for
   * @throws ListenerError with what to do about it
   */
  async listen (): Promise<ListenerAddress> {
    const { name, transport, host, port, path } = this.#config
    if (transport === 'ws' || transport === 'wss') this.#webSocket = await this.#webSocketStage()
    return new Promise((resolve, reject) => {
      this.#server.once('error', thrown => reject(listenerError(name, shownAddress(host, port), thrown)))
      this.#server.listen({ host, port, backlog: BACKLOG, ipv6Only: isIPv6(host) && host !== '::' }, () => {
        this.#server.removeAllListeners('error')
        // a failing accept (no descriptor left) must not end the process
        this.#server.on('error', thrown => this.#around.lines.warn('accept', { listener: name, cause: thrown.message }, 'can not accept connections'))
        const bound = this.#server.address() as AddressInfo
        resolve({ name, transport, host: bound.address, port: bound.port, path })
      })
    })
  }

  /** Loaded where it is used: many edges have no listener for WebSocket. */
  async #webSocketStage (): Promise<WebSocketStage> {
    const { WebSocketStage } = await import('./websocket-stage.ts')
    return new WebSocketStage(this.#config.path, this.#around.maxPacketSize, {
      upgraded: (stream, socket) => this.#accept(stream, socket),
      refused: () => this.#countFailure('upgrade')
    })
  }

  /** Certificates were renewed: later handshakes use them. */
  replaceContext (context: ListenerContext): void {
    this.#context = context
    this.#tls?.replaceContext(context)
  }

  /** Accepts no more. Connections that were handed over are not touched; those in their handshake are cut off. */
  close (): Promise<void> {
    for (const { socket } of this.#arriving.values()) socket.destroy()
    if (!this.#server.listening) return Promise.resolve()
    return new Promise(resolve => {
      // it calls back only after the last connection is gone, which is not ours to wait for
      this.#server.close()
      resolve()
    })
  }

  /** Raw sockets between accept and hand-over, and what the listener served with when they came. */
  readonly #arriving = new Map<string, { readonly socket: Socket, readonly context: ListenerContext | null }>()

  #connected (socket: Socket): void {
    const { limits, lines } = this.#around
    const address = peerAddress(socket)
    const refusal = limits.enter(address)
    this.#counters.accepted++
    if (refusal !== null) {
      if (refusal === 'address') this.#counters.refusedAddressLimit++
      else this.#counters.refusedConnectionLimit++
      socket.destroy()
      lines.warn(`refused-${refusal}`, { listener: this.#config.name, address }, `refused a connection: too many ${refusal === 'address' ? 'from this address' : 'connections'}`)
      return
    }
    const key = peerKey(socket)
    this.#arriving.set(key, { socket, context: this.#context })
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      this.#arriving.delete(key)
      limits.leave(address)
    })
    if (this.#tls === null && this.#webSocket === null) this.#accept(socket, socket)
    else this.#shakeHands(socket)
  }

  #shakeHands (socket: Socket): void {
    const deadline = this.#config.tls?.handshakeTimeoutMs ?? this.#around.upgradeTimeoutMs
    this.#around.handshakes.take(socket, deadline, done => {
      if (this.#tls !== null) this.#tls.enter(socket, done)
      else this.#webSocket?.enter(socket, done)
    }, () => { this.#counters.handshakeFailures.timeout++ })
  }

  #secured (socket: Socket): void {
    socket.on('error', () => socket.destroy())
    if (this.#webSocket === null) return this.#accept(socket, socket)
    this.#around.handshakes.take(socket, this.#around.upgradeTimeoutMs, done => this.#webSocket?.enter(socket, done), () => { this.#counters.handshakeFailures.timeout++ })
  }

  #accept (stream: Duplex, socket: Socket): void {
    const key = peerKey(socket)
    const refusal = this.#refusalOfLate(socket, this.#arriving.get(key)?.context ?? null)
    this.#arriving.delete(key)
    if (refusal !== null) {
      this.#handshakeFailed(peerAddress(socket), { cause: 'certificate', words: refusal })
      stream.destroy()
      return
    }
    this.#around.accept(stream, peerInfo(this.#config.name, this.#counters, socket))
  }

  /** A handshake that began before the certificates were renewed was judged by those of before. */
  #refusalOfLate (socket: Socket, context: ListenerContext | null): string | null {
    if (context === this.#context || this.#config.tls?.onRotate !== 'recheck' || !(socket instanceof TLSSocket)) return null
    return this.#context?.recheck(socket) ?? null
  }

  #handshakeFailed (address: string, { cause, words }: FailedHandshake): void {
    this.#countFailure(cause)
    this.#around.lines.warn('handshake', { listener: this.#config.name, address, cause: words }, 'a TLS handshake failed')
  }

  #countFailure (cause: HandshakeFailure): void {
    this.#around.counters.handshakeFailures++
    this.#counters.handshakeFailures[cause]++
  }
}

function shownAddress (host: string, port: number): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}
