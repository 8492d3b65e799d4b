/**
 * The TLS server behind a listener: takes raw sockets, gives secured ones. TLS 1.2 at least, no resumption. A client
 * certificate that does not verify never passes; whether one must be shown is the listener's `fail_if_no_peer_cert`.
 */
import type { Socket } from 'node:net'
import { type SecureContextOptions, type Server, type TLSSocket, createServer } from 'node:tls'
import type { ListenerTlsConfig } from '../../config/model.ts'
import { reasonOf } from '../../errors.ts'
import { peerKey } from './peer-info.ts'

export interface TlsStageEvents {
  secured (socket: TLSSocket): void
  /** The handshake failed; the socket is gone. */
  failed (address: string, reason: string): void
}

export class TlsStage {
  readonly #server: Server
  readonly #events: TlsStageEvents
  readonly #optionalCertificate: boolean
  /** What to call when the handshake of a peer, by address and port, is done. */
  readonly #done = new Map<string, () => void>()

  /** @param context certificate, key and client CAs, as the trust layer read them */
  constructor (config: ListenerTlsConfig, context: SecureContextOptions, events: TlsStageEvents) {
    this.#events = events
    const asked = config.cacertfile !== null && config.verifyPeer
    this.#optionalCertificate = asked && !config.failIfNoPeerCert
    this.#server = createServer({
      ...context,
      minVersion: 'TLSv1.2',
      requestCert: asked,
      rejectUnauthorized: asked && config.failIfNoPeerCert,
      // the deadline of the whole handshake is the slot's; this one only starts again with each byte
      handshakeTimeout: config.handshakeTimeoutMs
    })
    this.#server.on('secureConnection', socket => this.#secured(socket))
    this.#server.on('tlsClientError', (error, socket) => {
      this.#events.failed(socket.remoteAddress ?? '', reasonOf(error))
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
  replaceContext (context: SecureContextOptions): void {
    this.#server.setSecureContext(context)
  }

  #secured (socket: TLSSocket): void {
    const key = peerKey(socket)
    const done = this.#done.get(key)
    this.#done.delete(key)
    if (this.#optionalCertificate && !socket.authorized && socket.getPeerX509Certificate() !== undefined) {
      this.#events.failed(socket.remoteAddress ?? '', `client certificate refused: ${String(socket.authorizationError)}`)
      socket.destroy()
      return
    }
    done?.()
    this.#events.secured(socket)
  }
}
