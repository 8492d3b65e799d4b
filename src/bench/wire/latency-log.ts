/**
 * Latencies of a window, all together and second by second: one moment in which a shared machine stands still makes the p99 of a whole
 * window, but only of one of its seconds.
 */
import { Histogram, type HistogramRecord } from './histogram.ts'

const SECOND = 1e6
/** Fewer values have no p99 worth the name. */
const LEAST = 100
/** A day; a longer window keeps the seconds it began with. */
const MAX_SECONDS = 86_400

export class LatencyLog {
  readonly #before = new Histogram()
  readonly #second = new Histogram()
  readonly #tails: number[] = []
  #secondEnds = 0

  /** @param now  microseconds of the common clock; never less than the time before */
  record (micros: number, now: number): void {
    if (now >= this.#secondEnds) this.#turn(now)
    this.#second.record(micros)
  }

  clear (): void {
    this.#before.clear()
    this.#second.clear()
    this.#tails.length = 0
    this.#secondEnds = 0
  }

  /** All of them. */
  toRecord (): HistogramRecord {
    return Histogram.from([this.#before.toRecord(), this.#second.toRecord()]).toRecord()
  }

  /** The p99 of each whole second that had messages enough, in microseconds. */
  tails (): readonly number[] {
    return this.#tails
  }

  #turn (now: number): void {
    if (this.#second.total >= LEAST && this.#tails.length < MAX_SECONDS) this.#tails.push(this.#second.quantile(0.99))
    this.#before.add(this.#second.toRecord())
    this.#second.clear()
    this.#secondEnds = now + SECOND
  }
}
