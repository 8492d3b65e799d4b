/** A clock that stands still until the test lets time pass. */
import type { Clock } from '../../src/bridge/clock.ts'

interface Alarm {
  readonly at: number
  readonly call: () => void
}

export class TestClock implements Clock {
  #now = 1000
  readonly #alarms = new Set<Alarm>()

  now (): number { return this.#now }

  after (ms: number, call: () => void): () => void {
    const alarm = { at: this.#now + ms, call }
    this.#alarms.add(alarm)
    return () => { this.#alarms.delete(alarm) }
  }

  /** Lets `ms` go by; what falls due is called in order, each at its time. */
  pass (ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const [next] = [...this.#alarms].filter(alarm => alarm.at <= end).sort((a, b) => a.at - b.at)
      if (next === undefined) break
      this.#alarms.delete(next)
      this.#now = next.at
      next.call()
    }
    this.#now = end
  }
}
