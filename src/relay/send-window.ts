/** How many PUBLISHes of one lane wait for the remote, within what all lanes of the outbox may have under way. Of this connection only. HOT. */
import type { Flight } from './flight.ts'

export class SendWindow {
  readonly #flight: Flight
  readonly #mostQos2: number
  #qos1 = 0
  #qos2 = 0

  /** @param mostQos2 of this lane, whatever the others have under way */
  constructor (flight: Flight, mostQos2 = Infinity) {
    this.#flight = flight
    this.#mostQos2 = mostQos2
  }

  /** A new connection: nothing waits on it yet. */
  open (receiveMaximum: number): void {
    this.#flight.open(receiveMaximum)
    this.#qos1 = 0
    this.#qos2 = 0
  }

  get inFlight (): number { return this.#qos1 + this.#qos2 }

  hasRoom (qos2: boolean): boolean {
    return this.#flight.hasRoom(qos2) && (!qos2 || this.#qos2 < this.#mostQos2)
  }

  take (qos2: boolean): void {
    if (qos2) this.#qos2++
    else this.#qos1++
    this.#flight.take(qos2)
  }

  /** An answer came; one to a message of the connection before, not yet sent again, frees nothing. */
  giveBack (qos2: boolean): void {
    const held = (qos2 ? this.#qos2 : this.#qos1) > 0
    if (held && qos2) this.#qos2--
    else if (held) this.#qos1--
    this.#flight.giveBack(qos2, held)
  }

  /** As {@link Flight.halve}. */
  halve (): void {
    this.#flight.halve()
  }
}
