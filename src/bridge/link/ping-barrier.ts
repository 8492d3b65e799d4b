/** Tells when the remote has handled what was sent before: it works in order, and answers a PINGREQ after all that came ahead of it. */
export class PingBarrier {
  #sent = 0
  #answered = 0
  readonly #waiting: { readonly last: number, readonly call: () => void }[] = []

  /** PINGREQ goes out. */
  sent (): void {
    this.#sent++
  }

  /** PINGRESP has come in. */
  answered (): void {
    this.#answered++
    while (this.#waiting[0] !== undefined && this.#waiting[0].last <= this.#answered) this.#waiting.shift()?.call()
  }

  /** Calls once when the PINGREQ that `ping` sends is answered. */
  ask (ping: () => void, call: () => void): void {
    ping()
    this.#waiting.push({ last: this.#sent, call })
  }
}
