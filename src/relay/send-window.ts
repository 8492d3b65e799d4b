/**
 * How many of our PUBLISHes may wait for the remote at once. Ours bound each QoS; the Receive Maximum of an MQTT 5 remote bounds both
 * together [MQTT-3.3.4-9]. Ours are halved when a link breaks that has answered nothing of what was sent again, since too much at once
 * may be why, and grow back while the remote answers. Counts are of this connection only. HOT.
 */

export class SendWindow {
  readonly #maxQos1: number
  readonly #maxQos2: number
  /** What they are now: a part of the most, 2 to the power of minus this. */
  #halvings = 0
  #limitQos1: number
  #limitQos2: number
  /** Answers since the windows last changed. */
  #answers = 0
  #receiveMaximum = 65_535
  #qos1 = 0
  #qos2 = 0

  constructor (maxQos1: number, maxQos2: number) {
    this.#maxQos1 = this.#limitQos1 = maxQos1
    this.#maxQos2 = this.#limitQos2 = maxQos2
  }

  /** A new connection: nothing waits on it yet. */
  open (receiveMaximum: number): void {
    this.#receiveMaximum = receiveMaximum
    this.#qos1 = 0
    this.#qos2 = 0
    this.#answers = 0
  }

  get inFlight (): number { return this.#qos1 + this.#qos2 }

  hasRoom (qos2: boolean): boolean {
    return (qos2 ? this.#qos2 < this.#limitQos2 : this.#qos1 < this.#limitQos1) && this.#qos1 + this.#qos2 < this.#receiveMaximum
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
    this.#answers++
    // a whole window of answers: twice as much may go
    if (this.#halvings !== 0 && this.#answers >= this.#limitQos1) this.#scale(this.#halvings - 1)
  }

  /** The connection broke. @param resent messages were sent again on it */
  broken (resent: boolean): void {
    if (resent && this.#answers === 0 && this.#limitQos1 + this.#limitQos2 > 2) this.#scale(this.#halvings + 1)
  }

  #scale (halvings: number): void {
    this.#halvings = halvings
    this.#answers = 0
    this.#limitQos1 = Math.max(1, Math.floor(this.#maxQos1 / 2 ** halvings))
    this.#limitQos2 = Math.max(1, Math.floor(this.#maxQos2 / 2 ** halvings))
  }
}
