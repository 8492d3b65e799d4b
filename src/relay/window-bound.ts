/**
 * How many messages of one QoS may be under way: doubled with each whole window that is answered while there was more to send, halved
 * when a link breaks under what was sent again on it, and from then on widened by an eighth only: a remote that ends the link is not
 * asked for the same again at once. HOT.
 *
 * With a window of 1,000 a bridge and its remote wait for each other: on a busy machine of two cores 54,000 messages/s of QoS 1 through
 * TLS; with one of 16,000 it was 409,000, in the same minutes.
 */
export class WindowBound {
  readonly #most: number
  #now: number
  #answers = 0
  #broke = false
  /** Something had to wait since the bound last changed: it is what limits. */
  #met = false

  /** @param most it never grows beyond; equal to `first` it never grows, and comes back after it was halved */
  constructor (first: number, most: number) {
    this.#now = Math.min(first, most)
    this.#most = most
  }

  /** Messages that may be under way now. */
  get size (): number { return this.#now }

  /** May one more go, with `underWay` there already? */
  admits (underWay: number): boolean {
    if (underWay < this.#now) return true
    this.#met = true
    return false
  }

  answered (): void {
    if (++this.#answers < this.#now) return
    this.#answers = 0
    if (this.#met) this.#now = Math.min(this.#most, this.#now + (this.#broke ? Math.ceil(this.#now / 8) : this.#now))
    this.#met = false
  }

  halve (): void {
    this.#now = Math.max(1, this.#now >> 1)
    this.#answers = 0
    this.#met = false
    this.#broke = true
  }
}
