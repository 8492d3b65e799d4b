/**
 * Does the remote still acknowledge? One that answers PINGREQ and settles nothing of what it has been sent is stuck, and looks
 * alive to everybody else: the link is ended, and all goes out again on the next.
 */
import type { Clock } from '../clock.ts'

/** What is asked of the link, and done to it. */
export interface Handshakes {
  /** Messages that the remote has not answered in full. */
  underWay (): number
  /** Did an answer come in since the last call? */
  takeAnswered (): boolean
  /** Bytes of ours have not left yet: what waits behind them can not be answered. */
  isWriting (): boolean
  /** Nothing was answered for `ms`. */
  stuck (ms: number): void
}

/** However short `cancel_timeout` is. */
const SHORTEST_MS = 1000

export class AckWatch {
  readonly #timeoutMs: number
  readonly #link: Handshakes
  readonly #clock: Clock
  #since: number
  #cancel: () => void = () => {}

  constructor (timeoutMs: number, link: Handshakes, clock: Clock) {
    this.#timeoutMs = Math.max(SHORTEST_MS, timeoutMs)
    this.#link = link
    this.#clock = clock
    this.#since = clock.now()
    this.#arm()
  }

  stop (): void { this.#cancel() }

  #arm (): void {
    this.#cancel = this.#clock.after(this.#timeoutMs / 4, () => {
      this.#arm()
      this.#look(this.#clock.now())
    })
  }

  #look (now: number): void {
    if (this.#link.takeAnswered() || this.#link.underWay() === 0 || this.#link.isWriting()) this.#since = now
    else if (now - this.#since >= this.#timeoutMs) {
      this.#cancel()
      this.#link.stuck(now - this.#since)
    }
  }
}
