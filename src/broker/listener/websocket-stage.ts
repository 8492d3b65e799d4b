/**
 * The HTTP server behind a WebSocket listener: takes sockets, gives those that upgraded on the right path with the
 * sub-protocol `mqtt` [MQTT-6.0.0-3]. Everything else is answered and closed.
 */
import { type IncomingMessage, type Server, STATUS_CODES, createServer } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { WebSocketStream } from './websocket-stream.ts'

export interface WebSocketStageEvents {
  upgraded (stream: Duplex, socket: Socket): void
  /** It asked for something else, and was answered; the connection ends. */
  refused (status: number): void
}

/** A WebSocket frame may be as large as a packet, but batching clients put many small packets into one. */
const LEAST_MAX_PAYLOAD = 65_536
/** Names clients have used for MQTT over WebSocket; the first is the registered one, the other MQTT 3.1's. */
const SUB_PROTOCOLS: readonly string[] = ['mqtt', 'mqttv3.1']
const MAX_HEADER_BYTES = 8192

export class WebSocketStage {
  readonly #http: Server
  readonly #upgrader: WebSocketServer
  readonly #path: string
  readonly #events: WebSocketStageEvents
  readonly #done = new WeakMap<object, () => void>()

  constructor (path: string, maxPacketSize: number, events: WebSocketStageEvents) {
    this.#path = path
    this.#events = events
    this.#upgrader = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: Math.max(maxPacketSize, LEAST_MAX_PAYLOAD),
      handleProtocols: offered => SUB_PROTOCOLS.find(name => offered.has(name)) ?? false
    })
    this.#http = createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (request, response) => {
      const status = this.#isHere(request) ? 426 : 404
      this.#events.refused(status)
      response.writeHead(status, { connection: 'close', upgrade: 'websocket' }).end()
    })
    this.#http.on('upgrade', (request, socket, head) => {
      if (socket instanceof Socket) this.#upgrade(request, socket, head)
      else socket.destroy()
    })
    this.#http.on('clientError', (_error, socket) => {
      this.#events.refused(400)
      socket.destroy()
    })
  }

  /** @param done called when the upgrade is over and went well */
  enter (socket: Socket, done: () => void): void {
    this.#done.set(socket, done)
    this.#http.emit('connection', socket)
  }

  #upgrade (request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (!this.#isHere(request)) return this.#refuse(socket, 404)
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',')
    if (!offered.some(name => SUB_PROTOCOLS.includes(name.trim()))) return this.#refuse(socket, 400) // [MQTT-6.0.0-3]
    this.#upgrader.handleUpgrade(request, socket, head, webSocket => { // [MQTT-6.0.0-4]
      this.#done.get(socket)?.()
      this.#events.upgraded(new WebSocketStream(webSocket), socket)
    })
  }

  #isHere (request: IncomingMessage): boolean {
    const url = request.url ?? ''
    const query = url.indexOf('?')
    return (query < 0 ? url : url.slice(0, query)) === this.#path
  }

  #refuse (socket: Socket, status: 400 | 404): void {
    this.#events.refused(status)
    socket.on('error', () => socket.destroy())
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  }
}
