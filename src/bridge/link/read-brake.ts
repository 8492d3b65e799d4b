/** Whether the socket of a link is read: not while this side has enough, nor while messages come faster than a rate limit lets them. HOT. */
import type { Socket } from 'node:net'
import type { Clock } from '../clock.ts'
import type { RateLimit } from './rate-limit.ts'

export class ReadBrake {
  readonly #socket: Socket
  readonly #limit: RateLimit | null
  readonly #clock: Clock
  #held = false
  #slowed = false
  #cancel: () => void = () => {}

  constructor (socket: Socket, limit: RateLimit | null, clock: Clock) {
    this.#socket = socket
    this.#limit = limit
    this.#clock = clock
  }

  /** The socket is not read now. */
  get on (): boolean { return this.#held || this.#slowed }

  hold (held: boolean): void {
    this.#held = held
    this.#apply()
  }

  /** A message has come in. */
  count (bytes: number): void {
    this.#limit?.take(bytes)
  }

  /** A chunk has been read: the next one waits until its time. */
  slow (): void {
    if (this.#limit === null || this.#slowed) return
    const waitMs = this.#limit.waitMs(this.#clock.now())
    if (waitMs === 0) return
    this.#slowed = true
    this.#apply()
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#slowed = false
      this.#apply()
    })
  }

  stop (): void { this.#cancel() }

  #apply (): void {
    if (this.on) this.#socket.pause()
    else this.#socket.resume()
  }
}
