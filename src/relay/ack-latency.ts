/**
 * How long messages of a lane take from their admission until the remote has them. Messages that came in one turn of the event loop share
 * one mark, so that a message costs nothing: the clock is read once a turn in which something came, and once when acknowledgements were
 * read that reach a mark. A message counts when all before it are acknowledged too, so that one that hangs is seen in those behind it. HOT.
 */
import type { LatencyHistogram } from '../metrics/latency-histogram.ts'

/** Turns that are told apart; a backlog of more makes the newest of them longer, and what is measured then is an upper bound. */
const MARKS = 4096

export class AckLatency {
  readonly #histogram: LatencyHistogram
  readonly #now: () => number
  /** One past the last sequence of each mark, and when it was made. */
  readonly #end: Float64Array = new Float64Array(MARKS)
  readonly #at: Float64Array = new Float64Array(MARKS)
  #first = 0
  #count = 0
  #marked = 0
  #passed = 0

  /** @param now milliseconds, by a clock that is never set */
  constructor (histogram: LatencyHistogram, now: () => number) {
    this.#histogram = histogram
    this.#now = now
  }

  /** Age of the oldest message that waits, in milliseconds; 0 when none does. */
  get oldestMs (): number { return this.#count === 0 ? 0 : this.#now() - (this.#at[this.#first] as number) }

  /** A turn is over in which messages before the sequence `tail` have come. */
  mark (tail: number): void {
    if (tail === this.#marked) return
    this.#marked = tail
    if (this.#count < MARKS) {
      this.#at[(this.#first + this.#count) % MARKS] = this.#now()
      this.#count++
    }
    this.#end[(this.#first + this.#count - 1) % MARKS] = tail
  }

  /** Every message before the sequence `head` is settled. */
  pass (head: number): void {
    if (this.#count === 0 || (this.#end[this.#first] as number) > head) return
    const now = this.#now()
    while (this.#count !== 0 && (this.#end[this.#first] as number) <= head) {
      const end = this.#end[this.#first] as number
      this.#histogram.add((now - (this.#at[this.#first] as number)) / 1000, end - this.#passed)
      this.#passed = end
      this.#first = (this.#first + 1) % MARKS
      this.#count--
    }
  }
}
