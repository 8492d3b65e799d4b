/**
 * What all lanes of an outbox have under way together. Our own bounds are for each QoS; the Receive Maximum of an MQTT 5 remote is for both
 * together [MQTT-3.3.4-9]. Counts are of this connection only; the bounds outlive it. HOT.
 */
import type { WindowBound } from './window-bound.ts'

export class Flight {
  readonly #bound1: WindowBound
  readonly #bound2: WindowBound
  #receiveMaximum = 65_535
  #qos1 = 0
  #qos2 = 0
  #halved = false

  constructor (qos1: WindowBound, qos2: WindowBound) {
    this.#bound1 = qos1
    this.#bound2 = qos2
  }

  /** A new connection: nothing waits on it yet. Each lane says so, before any sends. */
  open (receiveMaximum: number): void {
    this.#receiveMaximum = receiveMaximum
    this.#qos1 = this.#qos2 = 0
    this.#halved = false
  }

  hasRoom (qos2: boolean): boolean {
    return (qos2 ? this.#bound2.admits(this.#qos2) : this.#bound1.admits(this.#qos1)) && this.#qos1 + this.#qos2 < this.#receiveMaximum
  }

  take (qos2: boolean): void {
    if (qos2) this.#qos2++
    else this.#qos1++
  }

  /** @param held false: the answer is to a message of the connection before, not yet sent again, and frees nothing */
  giveBack (qos2: boolean, held: boolean): void {
    if (qos2) {
      if (held) this.#qos2--
      this.#bound2.answered()
    } else {
      if (held) this.#qos1--
      this.#bound1.answered()
    }
  }

  /** The link broke before all was answered that was sent again on it: too much at once may be why. Once a connection. */
  halve (): void {
    if (this.#halved) return
    this.#halved = true
    this.#bound1.halve()
    this.#bound2.halve()
  }
}
