/**
 * Drives the publishers of a process: in turns of the event loop as long as something goes out (closed loop), or on a fixed grid
 * of time (open loop), where it sleeps without spinning, so that it does not take the core from the process beside it.
 */
import type { Publisher } from './publisher.ts'
import { nowMicros } from './clock.ts'

/** Grid of the open loop in microseconds: a quarter of what a timer can do, at a few percent of a core. */
const GRID = 250

export class Pump {
  readonly #publishers: readonly Publisher[]
  readonly #openLoop: boolean
  readonly #sleep = new Int32Array(new SharedArrayBuffer(4))
  #running = false
  #scheduled = false

  constructor (publishers: readonly Publisher[], openLoop: boolean) {
    this.#publishers = publishers
    this.#openLoop = openLoop
  }

  start (): void {
    this.#running = true
    const now = nowMicros()
    for (const publisher of this.#publishers) publisher.start(now)
    this.#schedule()
  }

  stop (): void {
    this.#running = false
  }

  /** Something may be sent again. */
  readonly wake = (): void => {
    if (this.#running && !this.#openLoop) this.#schedule()
  }

  #schedule (): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(this.#turn)
  }

  readonly #turn = (): void => {
    this.#scheduled = false
    if (!this.#running) return
    if (this.#openLoop) Atomics.wait(this.#sleep, 0, 0, (GRID - nowMicros() % GRID) / 1000)
    const now = nowMicros()
    let more = false
    for (const publisher of this.#publishers) if (publisher.send(now) || (this.#openLoop && !publisher.exhausted)) more = true
    if (more) this.#schedule()
  }
}
