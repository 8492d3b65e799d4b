/**
 * Accounts for every message that arrives: each publisher's sequence is kept as bits, so that loss, duplicates and reordering
 * are exact whatever their number, and its latency goes into histograms.
 */
import { Histogram } from './histogram.ts'
import { LatencyLog } from './latency-log.ts'
import { intendedOf, isStamped, publisherOf, sequenceOf } from './message-stamp.ts'
import { Arrival, SeenSequences } from './seen-sequences.ts'
import { urgent } from './workload.ts'

export class Tally {
  readonly latency: LatencyLog = new LatencyLog()
  /** Of what is urgent. */
  readonly urgent: Histogram = new Histogram()
  /** Everything that arrived, duplicates included. */
  received = 0
  duplicates = 0
  /** Arrived after a later message of its publisher. */
  reordered = 0
  /** Not a message of this run: a wrong payload, or one from before. */
  foreign = 0
  bytes = 0
  longestPause = 0
  /** When the first and the last message since the mark arrived; 0: none did. */
  firstArrival = 0
  lastArrival = 0
  #before = 0
  #pauseSince = 0
  #run: number
  /** By publisher. */
  readonly #seen: SeenSequences[] = []

  constructor (run: number) {
    this.#run = run & 0xffff
  }

  /** One PUBLISH whose payload is `bytes[at, end)`, read from the socket at `now`. */
  take (bytes: Buffer, at: number, end: number, now: number): void {
    if (!isStamped(bytes, at, end, this.#run)) {
      this.foreign++
      return
    }
    const publisher = publisherOf(bytes, at)
    const arrival = (this.#seen[publisher] ??= new SeenSequences()).note(sequenceOf(bytes, at))
    if (arrival === Arrival.FOREIGN) {
      this.foreign++
      return
    }
    this.received++
    this.bytes += end - at
    if (arrival === Arrival.AGAIN) this.duplicates++
    else if (arrival === Arrival.LATE) this.reordered++
    const latency = now - intendedOf(bytes, at)
    if (publisher === urgent.place) {
      this.urgent.record(latency)
      return
    }
    this.latency.record(latency, now)
    // once a chunk: its messages have one time
    if (now !== this.lastArrival) this.#pause(now)
  }

  /** Starts the measured window: counts go on, what describes a span of time begins anew. */
  mark (now: number): void {
    this.latency.clear()
    this.urgent.clear()
    this.longestPause = 0
    this.firstArrival = 0
    this.lastArrival = 0
    if (this.#before > 0) this.#before = now
  }

  /** The longest pause since this was asked the last time. */
  takePause (): number {
    const pause = this.#pauseSince
    this.#pauseSince = 0
    return pause
  }

  #pause (now: number): void {
    if (this.#before > 0) {
      const pause = now - this.#before
      if (pause > this.longestPause) this.longestPause = pause
      if (pause > this.#pauseSince) this.#pauseSince = pause
    }
    this.#before = now
    if (this.firstArrival === 0) this.firstArrival = now
    this.lastArrival = now
  }
}
