/**
 * The TLS server behind a listener: takes raw sockets, gives secured ones. TLS 1.2 at least, no resumption. A client
 * certificate that does not verify never passes; whether one must be shown is the listener's `fail_if_no_peer_cert`.
 */
import type { Socket } from 'node:net'
import { type Server, type TLSSocket, createServer } from 'node:tls'
import type { ListenerContext } from '../../trust/listener-context.ts'
import { type FailedHandshake, failedHandshake } from './handshake-failure.ts'
import { peerKey } from './peer-info.ts'

export interface TlsStageEvents {
  secured (socket: TLSSocket): void
  /** The handshake failed; the socket is gone. */
  failed (address: string, failure: FailedHandshake): void
}

export class TlsStage {
  readonly #server: Server
  readonly #events: TlsStageEvents
  #context: ListenerContext
  /** What to call when the handshake of a peer, by address and port, is done. */
  readonly #done = new Map<string, () => void>()

  constructor (context: ListenerContext, handshakeTimeoutMs: number, events: TlsStageEvents) {
    this.#context = context
    this.#events = events
    this.#server = createServer({
      ...context.secure,
      ...context.peers,
      minVersion: 'TLSv1.2',
      // the deadline of the whole handshake is the slot's; this one only starts again with each byte
      handshakeTimeout: handshakeTimeoutMs
    })
    this.#server.on('secureConnection', socket => this.#secured(socket))
    this.#server.on('tlsClientError', (error, socket) => {
      this.#events.failed(socket.remoteAddress ?? '', failedHandshake(error, socket))
      socket.destroy()
    })
  }

  /** @param done called when the handshake is over and went well */
  enter (raw: Socket, done: () => void): void {
    const key = peerKey(raw)
    this.#done.set(key, done)
    raw.once('close', () => {
      if (this.#done.get(key) === done) this.#done.delete(key)
    })
    this.#server.emit('connection', raw)
  }

  /** Handshakes that start from now on use it; connections that are made stay as they are. */
  replaceContext (context: ListenerContext): void {
    this.#context = context
    this.#server.setSecureContext(context.secure)
  }

  #secured (socket: TLSSocket): void {
    const key = peerKey(socket)
    const done = this.#done.get(key)
    this.#done.delete(key)
    const refusal = this.#context.refusal(socket)
    if (refusal !== null) {
      this.#events.failed(socket.remoteAddress ?? '', { cause: 'certificate', words: refusal })
      socket.destroy()
      return
    }
    done?.()
    this.#events.secured(socket)
  }
}
