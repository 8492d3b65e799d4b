/** How the remote has ended a connection, where it has: whether a message that was under way may be why. */
import { blamesMessage } from './remote-reason.ts'

export class RemoteEnd {
  #ended = false
  /** Of its DISCONNECT; null: it gave none. */
  #reason: number | null = null

  /** May a message have made it end the connection? No where it has not, but a clock or we have. */
  get blamesMessage (): boolean { return (this.#ended || this.#reason !== null) && blamesMessage(this.#reason) }

  /** The socket came to its end. */
  ended (): void { this.#ended = true }

  /** The socket has failed. */
  failed ({ code }: NodeJS.ErrnoException): void {
    this.#ended ||= code === 'ECONNRESET' || code === 'EPIPE'
  }

  /** DISCONNECT of MQTT 5. Without a reason code it is 0, a normal end [MQTT 5, 3.14.2.1]. */
  disconnected (bytes: Buffer, body: number, end: number): void {
    this.#reason = body === end ? 0 : bytes[body] as number
  }
}
