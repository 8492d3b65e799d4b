/**
 * Accounts for every message that arrives: each publisher's sequence is kept as bits, so that loss, duplicates and reordering
 * are exact whatever their number, and its latency goes into histograms.
 */
import { Histogram } from './histogram.ts'
import { LatencyLog } from './latency-log.ts'
import { intendedOf, isStamped, publisherOf, sequenceOf } from './message-stamp.ts'
import { urgent } from './workload.ts'

/** Bits of one publisher; 2^28 messages each, so that a wrong sequence number can not exhaust memory. */
const MAX_SEQUENCE = 2 ** 28
const FIRST_BYTES = 1024

class Track {
  seen: Uint8Array = new Uint8Array(FIRST_BYTES)
  highest = -1
}

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
  readonly #tracks: Track[] = []

  constructor (run: number) {
    this.#run = run & 0xffff
  }

  /** One PUBLISH whose payload is `bytes[at, end)`, read from the socket at `now`. */
  take (bytes: Buffer, at: number, end: number, now: number): void {
    if (!isStamped(bytes, at, end, this.#run)) {
      this.foreign++
      return
    }
    const sequence = sequenceOf(bytes, at)
    if (sequence >= MAX_SEQUENCE) {
      this.foreign++
      return
    }
    this.received++
    this.bytes += end - at
    const publisher = publisherOf(bytes, at)
    this.#account(publisher, sequence)
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

  #account (publisher: number, sequence: number): void {
    const track = (this.#tracks[publisher] ??= new Track())
    const at = sequence >>> 3
    const bit = 1 << (sequence & 7)
    if (at >= track.seen.length) grow(track, at)
    const before = track.seen[at] as number
    if ((before & bit) !== 0) {
      this.duplicates++
      return
    }
    track.seen[at] = before | bit
    if (sequence > track.highest) track.highest = sequence
    else this.reordered++
  }
}

function grow (track: Track, at: number): void {
  const wider = new Uint8Array(Math.max(at + 1, track.seen.length * 2))
  wider.set(track.seen)
  track.seen = wider
}
