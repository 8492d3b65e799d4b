/**
 * A syslog server by TCP, each message behind its length [RFC 6587 section 3.4.1]. What comes while it is not reached waits up to a bound; what finds no
 * room, or was on its way when the connection broke, is lost, and how much that was is said when the server is there again, as far as it is known here.
 */
import { connect, type Socket } from 'node:net'
import { reasonOf } from '../../errors.ts'
import type { Syslog, SyslogServer } from './syslog-sink.ts'
import { MOST_WAITING_BYTES, syslogMessage } from './syslog-message.ts'

const RETRY_MS = 5000
const CONNECT_MS = 10_000
/** What waits has this long to go out when the process ends. */
const CLOSE_MS = 1000

export class TcpSyslog implements Syslog {
  readonly #server: SyslogServer
  readonly #complain: (words: string) => void
  readonly #retryMs: number
  #socket: Socket | null = null
  #isUp = false
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #lost = 0
  #complained = false
  #retry: NodeJS.Timeout | null = null
  #closed = false

  constructor (server: SyslogServer, complain: (words: string) => void, retryMs = RETRY_MS) {
    this.#server = server
    this.#complain = complain
    this.#retryMs = retryMs
    this.#connect()
  }

  write (line: string): void {
    const message = syslogMessage(line)
    const framed = Buffer.concat([Buffer.from(`${message.length} `), message])
    const socket = this.#socket
    if (this.#isUp && socket !== null && socket.writableLength <= MOST_WAITING_BYTES) socket.write(framed)
    else this.#keep(framed)
  }

  async close (): Promise<void> {
    this.#closed = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    const socket = this.#socket
    if (socket === null) return
    await new Promise<void>(resolve => {
      const timer = setTimeout(() => socket.destroy(), CLOSE_MS)
      socket.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
      socket.end()
    })
  }

  #keep (message: Buffer): void {
    if (this.#isUp || this.#closed || this.#waitingBytes + message.length > MOST_WAITING_BYTES) {
      this.#lost++
      return
    }
    this.#waiting.push(message)
    this.#waitingBytes += message.length
  }

  #connect (): void {
    this.#retry = null
    const { host, port } = this.#server
    const socket = connect({ host, port, keepAlive: true })
    this.#socket = socket
    let reason = 'it closed the connection'
    const timer = setTimeout(() => socket.destroy(new Error(`no answer within ${CONNECT_MS / 1000} s`)), CONNECT_MS).unref()
    socket.unref()
    socket.resume() // it has nothing to say
    socket.on('error', error => { reason = reasonOf(error) })
    socket.once('connect', () => {
      clearTimeout(timer)
      this.#connected(socket)
    })
    socket.once('close', () => {
      clearTimeout(timer)
      this.#gone(reason)
    })
  }

  #connected (socket: Socket): void {
    this.#isUp = true
    for (const message of this.#waiting) socket.write(message)
    this.#waiting = []
    this.#waitingBytes = 0
    if (this.#complained) this.#complain(`the log is sent to ${this.#url} again${this.#lost > 0 ? `; ${this.#lost} lines found no room meanwhile` : ''}`)
    this.#complained = false
    this.#lost = 0
  }

  #gone (reason: string): void {
    this.#socket = null
    this.#isUp = false
    if (this.#closed) return
    if (!this.#complained) this.#complain(`the log can not be sent to ${this.#url}: ${reason}`)
    this.#complained = true
    this.#retry = setTimeout(() => this.#connect(), this.#retryMs).unref()
  }

  get #url (): string { return `tcp://${this.#server.host}:${this.#server.port}` }
}
