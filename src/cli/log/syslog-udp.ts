/** A syslog server by UDP [RFC 5426]: what is lost on the way is lost. */
import { createSocket, type Socket } from 'node:dgram'
import { reasonOf } from '../../errors.ts'
import type { Syslog, SyslogServer } from './syslog-sink.ts'
import { MOST_WAITING_BYTES, syslogMessage } from './syslog-message.ts'

export class UdpSyslog implements Syslog {
  readonly #server: SyslogServer
  readonly #socket: Socket

  constructor (server: SyslogServer, complain: (words: string) => void) {
    let complained = false
    this.#server = server
    this.#socket = createSocket({ type: server.host.includes(':') ? 'udp6' : 'udp4', sendBufferSize: MOST_WAITING_BYTES })
    this.#socket.unref()
    this.#socket.on('error', error => {
      if (!complained) complain(`the log can not be sent to udp://${server.host}:${server.port}: ${reasonOf(error)}`)
      complained = true
    })
  }

  write (line: string): void {
    this.#socket.send(syslogMessage(line), this.#server.port, this.#server.host, error => {
      if (error !== null) this.#socket.emit('error', error)
    })
  }

  close (): Promise<void> {
    this.#socket.close()
    return Promise.resolve()
  }
}
