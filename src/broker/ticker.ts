/** One coarse clock and one timer for all connections: nobody else here starts a timer per packet or per connection. */

export interface Ticking {
  /** Called about twice a second. @param now milliseconds of a clock that never steps back */
  tick (now: number): void
}

/** Coarse enough to cost nothing with 10,000 connections, fine enough for limits of a second. */
const TICK_MS = 500

export class Ticker {
  /** Of the last tick: what happens between two ticks happened at the same time. */
  now = performance.now()
  readonly #all = new Set<Ticking>()
  readonly #timer: NodeJS.Timeout
  readonly #period: number

  constructor (periodMs = TICK_MS) {
    this.#period = periodMs
    this.#timer = setInterval(() => this.#tick(), this.#period).unref()
  }

  add (one: Ticking): void {
    this.#all.add(one)
  }

  delete (one: Ticking): void {
    this.#all.delete(one)
  }

  stop (): void {
    clearInterval(this.#timer)
    this.#all.clear()
  }

  #tick (): void {
    this.now = performance.now()
    for (const one of this.#all) one.tick(this.now)
  }
}
