/**
 * How many of our PUBLISHes may wait for the remote at once. Ours bound each QoS; the Receive Maximum of an MQTT 5 remote bounds
 * both together [MQTT-3.3.4-9]. Counts are of this connection only. HOT.
 */
export class SendWindow {
  readonly #maxQos1: number
  readonly #maxQos2: number
  #receiveMaximum = 65_535
  #qos1 = 0
  #qos2 = 0

  constructor (maxQos1: number, maxQos2: number) {
    this.#maxQos1 = maxQos1
    this.#maxQos2 = maxQos2
  }

  /** A new connection: nothing waits on it yet. */
  open (receiveMaximum: number): void {
    this.#receiveMaximum = receiveMaximum
    this.#qos1 = 0
    this.#qos2 = 0
  }

  get inFlight (): number { return this.#qos1 + this.#qos2 }

  hasRoom (qos2: boolean): boolean {
    return (qos2 ? this.#qos2 < this.#maxQos2 : this.#qos1 < this.#maxQos1) && this.#qos1 + this.#qos2 < this.#receiveMaximum
  }

  take (qos2: boolean): void {
    if (qos2) this.#qos2++
    else this.#qos1++
  }

  /** An answer came; one to a message of the connection before, not yet sent again, frees nothing. */
  giveBack (qos2: boolean): void {
    if (qos2) {
      if (this.#qos2 > 0) this.#qos2--
    } else if (this.#qos1 > 0) this.#qos1--
  }
}
