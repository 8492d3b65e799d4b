/**
 * Lines for the system's log. To the one of this machine they go by the program `logger`, as Node has no Unix datagrams; to a server by UDP, as
 * RFC 5424 has it. What can not be sent is counted and holds nothing up.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket, type Socket } from 'node:dgram'
import { hostname } from 'node:os'
import { reasonOf } from '../../errors.ts'
import type { LogSink } from '../../logger.ts'

/** Daemons. */
const FACILITY = 3
/** RFC 5424 section 6.2.1; trace and debug are one there. */
const severities: Readonly<Record<string, number>> = { trace: 7, debug: 7, info: 6, warn: 4, error: 3, fatal: 2 }
const APP = 'causeway'
/** What a server has to take by RFC 5426 section 3.2; a longer line is cut. */
const MOST_BYTES = 2048
const MOST_WAITING_BYTES = 1024 ** 2
const RESTART_MS = 10_000

export interface Syslog extends LogSink {
  close (): void
}

/** @param server null: the log of this machine; @param complain told once of what is in the way */
export function openSyslog (server: { readonly host: string, readonly port: number } | null, complain: (words: string) => void): Syslog {
  return server === null ? new LocalSyslog(complain) : new RemoteSyslog(server, complain)
}

class LocalSyslog implements Syslog {
  readonly #complain: (words: string) => void
  #child: ChildProcess | null = null
  #notBefore = 0
  #complained = false
  #closed = false

  constructor (complain: (words: string) => void) {
    this.#complain = complain
  }

  write (line: string): void {
    const input = this.#running()?.stdin ?? null
    if (input === null || input.writableLength > MOST_WAITING_BYTES) return
    input.write(`<${FACILITY * 8 + severityOf(line)}>${line}`)
  }

  close (): void {
    this.#closed = true
    this.#child?.stdin?.end()
    this.#child?.unref()
  }

  /** One that has ended is started again after a while. */
  #running (): ChildProcess | null {
    if (this.#child !== null || this.#closed || performance.now() < this.#notBefore) return this.#child
    const child = spawn('logger', ['--tag', APP, `--id=${process.pid}`, '--prio-prefix', '--size', String(8 * MOST_BYTES)], { stdio: ['pipe', 'ignore', 'ignore'] })
    const ended = (words: string): void => {
      if (this.#child === child) this.#child = null
      this.#notBefore = performance.now() + RESTART_MS
      if (!this.#complained && !this.#closed) this.#complain(`the log can not be given to syslog: ${words}`)
      this.#complained = true
    }
    child.once('error', error => ended(reasonOf(error)))
    child.once('exit', code => ended(`logger ended with ${code ?? 'a signal'}`))
    child.stdin.on('error', () => {})
    this.#child = child
    return child
  }
}

class RemoteSyslog implements Syslog {
  readonly #server: { readonly host: string, readonly port: number }
  readonly #socket: Socket
  readonly #host = hostname()

  constructor (server: { readonly host: string, readonly port: number }, complain: (words: string) => void) {
    let complained = false
    this.#server = server
    this.#socket = createSocket({ type: server.host.includes(':') ? 'udp6' : 'udp4', sendBufferSize: MOST_WAITING_BYTES })
    this.#socket.unref()
    this.#socket.on('error', error => {
      if (!complained) complain(`the log can not be sent to udp://${server.host}:${server.port}: ${reasonOf(error)}`)
      complained = true
    })
  }

  /** <PRI>1 TIME HOST APP PID MSGID SD MSG */
  write (line: string): void {
    const text = `<${FACILITY * 8 + severityOf(line)}>1 ${timeOf(line)} ${this.#host} ${APP} ${process.pid} - - ${line.trimEnd()}`
    const bytes = Buffer.from(text)
    this.#socket.send(bytes, 0, Math.min(bytes.length, MOST_BYTES), this.#server.port, this.#server.host, error => {
      if (error !== null) this.#socket.emit('error', error)
    })
  }

  close (): void {
    this.#socket.close()
  }
}

/** Lines begin as logger.ts makes them. */
function severityOf (line: string): number {
  return severities[/^\{"level":"(\w+)"/.exec(line)?.[1] ?? ''] ?? severities['info'] ?? 6
}

function timeOf (line: string): string {
  return /"time":"([^"]+)"/.exec(line)?.[1] ?? '-'
}
