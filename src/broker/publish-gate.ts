/**
 * One at a time, in order: the next message starts when the one inside has been handed to its subscribers. Aedes drops a
 * message that a later one overtakes on the way (its dedupe takes every lower counter for a duplicate), so nothing may.
 */

/** One message on its way to local sessions. It calls {@link PublishGate.passed} exactly once. */
export interface Passage {
  start (): void
}

export class PublishGate {
  #waiting: Passage[] = []
  #head = 0
  #inside = false
  #running = false
  readonly #calmAt: number
  #calmers: (() => void)[] = []

  /** @param calmAt how many may wait before {@link crowded} */
  constructor (calmAt: number) {
    this.#calmAt = calmAt
  }

  /** Messages that wait. */
  get length (): number { return this.#waiting.length - this.#head }

  /** So many wait that their publishers should be held. */
  get crowded (): boolean { return this.length > this.#calmAt }

  /** Calls once, when half of what made it crowded is through. */
  whenCalm (call: () => void): void {
    this.#calmers.push(call)
  }

  enter (passage: Passage): void {
    this.#waiting.push(passage)
    this.#run()
  }

  /** The one inside has been handed on, or has failed. */
  passed (): void {
    this.#inside = false
    this.#run()
  }

  /** A loop and not a recursion: a thousand messages that pass at once must not pile up on the stack. */
  #run (): void {
    if (this.#running) return
    this.#running = true
    while (!this.#inside && this.#head < this.#waiting.length) {
      const next = this.#waiting[this.#head++]
      if (this.#head === this.#waiting.length) {
        this.#waiting = []
        this.#head = 0
      } else if (this.#head > 1024 && this.#head * 2 > this.#waiting.length) {
        this.#waiting = this.#waiting.slice(this.#head)
        this.#head = 0
      }
      this.#inside = true
      next?.start()
    }
    this.#running = false
    if (this.#calmers.length > 0 && this.length * 2 <= this.#calmAt) this.#calm()
  }

  #calm (): void {
    const calls = this.#calmers
    this.#calmers = []
    for (const call of calls) call()
  }
}
