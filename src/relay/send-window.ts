/**
 * How many of our PUBLISHes may wait for the remote at once. Ours bound each QoS; the Receive Maximum of an MQTT 5 remote bounds both
 * together [MQTT-3.3.4-9]. Counts are of this connection only; the bounds outlive it. HOT.
 */
import type { WindowBound } from './window-bound.ts'

export class SendWindow {
  readonly #bound1: WindowBound
  readonly #bound2: WindowBound
  #receiveMaximum = 65_535
  #qos1 = 0
  #qos2 = 0

  constructor (qos1: WindowBound, qos2: WindowBound) {
    this.#bound1 = qos1
    this.#bound2 = qos2
  }

  /** A new connection: nothing waits on it yet. */
  open (receiveMaximum: number): void {
    this.#receiveMaximum = receiveMaximum
    this.#qos1 = 0
    this.#qos2 = 0
  }

  get inFlight (): number { return this.#qos1 + this.#qos2 }

  hasRoom (qos2: boolean): boolean {
    return (qos2 ? this.#bound2.admits(this.#qos2) : this.#bound1.admits(this.#qos1)) && this.#qos1 + this.#qos2 < this.#receiveMaximum
  }

  take (qos2: boolean): void {
    if (qos2) this.#qos2++
    else this.#qos1++
  }

  /** An answer came; one to a message of the connection before, not yet sent again, frees nothing. */
  giveBack (qos2: boolean): void {
    if (qos2) {
      if (this.#qos2 > 0) this.#qos2--
      this.#bound2.answered()
    } else {
      if (this.#qos1 > 0) this.#qos1--
      this.#bound1.answered()
    }
  }

  /** The link broke before all was answered that was sent again on it: too much at once may be why. */
  halve (): void {
    this.#bound1.halve()
    this.#bound2.halve()
  }
}
