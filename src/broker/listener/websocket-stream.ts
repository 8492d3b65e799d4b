/** A WebSocket as a stream of bytes: binary frames only [MQTT-6.0.0-1], their boundaries mean nothing [MQTT-6.0.0-2]. */
import { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'

const UNSUPPORTED_DATA = 1003
const GOING_AWAY = 1001

export class WebSocketStream extends Duplex {
  readonly #socket: WebSocket

  constructor (socket: WebSocket) {
    super({ emitClose: true })
    this.#socket = socket
    socket.on('message', (data, isBinary) => this.#message(data as Buffer, isBinary))
    socket.on('close', () => {
      this.push(null)
      this.destroy()
    })
    socket.on('error', error => this.destroy(error))
  }

  override _read (): void {
    if (this.#socket.isPaused) this.#socket.resume()
  }

  override _write (chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return done() // nobody is left to read it
    this.#socket.send(chunk, { binary: true }, error => done(error ?? null))
  }

  override _final (done: (error?: Error | null) => void): void {
    this.#socket.close(GOING_AWAY)
    done()
  }

  override _destroy (error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.terminate()
    done(error)
  }

  #message (data: Buffer, isBinary: boolean): void {
    if (!isBinary) {
      this.#socket.close(UNSUPPORTED_DATA, 'MQTT is binary') // [MQTT-6.0.0-1]
      this.destroy()
    } else if (!this.push(data)) {
      this.#socket.pause()
    }
  }
}
