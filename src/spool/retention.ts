/**
 * The files of a journal, oldest first, and when they go: a file is removed when every message in it and in all before it has been taken,
 * so that what is written of acknowledgements is never removed before the messages it speaks of. Limits of bytes, count, age and free disk.
 */
import type { Disk } from './disk.ts'
import type { Recovered } from './recovery.ts'
import type { Segment } from './segment.ts'
import type { WaitingSet } from './waiting-set.ts'

export interface SpoolLimits {
  /** Of all files of this journal. */
  readonly maxBytes: number
  /** Messages that wait. */
  readonly maxMessages: number
  /** Older messages are given up; 0: never. */
  readonly maxAgeMs: number
  /** The file system keeps at least this much free. */
  readonly minFreeBytes: number
}

/** From this number on messages have come at this time, by a clock that never steps. */
interface Arrival { readonly number: number, readonly at: number }

export interface RetentionOptions {
  readonly disk: Disk
  readonly dir: string
  readonly limits: SpoolLimits
  readonly clock: () => number
  /** Records up to this number are about to go: what else they tell must be safe elsewhere first. False: it is not. */
  readonly rescue: (through: number) => Promise<boolean>
}

/** A clock below this (2020) is one that was never set: a device that booted in 1970. */
const PLAUSIBLE_MS = Date.UTC(2020, 0)
const FREE_CHECK_MS = 1000
const SAMPLE_MS = 1000
/** Of arrivals; beyond it every second one is forgotten: what came between counts as younger than it is. */
const MAX_SAMPLES = 8192
/** Of the most messages there may be: given up at once, so that it is not done for each. */
const DROP_SHARE = 64

export class Retention {
  readonly #options: RetentionOptions
  readonly #waiting: WaitingSet
  readonly segments: Segment[]
  #arrivals: Arrival[]
  /** Of the newest, by the clock of this machine. */
  #sampledAt = -Infinity
  /** Highest number that can be read back. */
  writtenThrough: number
  /** A message was refused because of their count, and no eighth of it has become free since. */
  #isCrowded = false
  #free = Infinity
  #freeCheckedAt = -Infinity
  #removal: Promise<void> = Promise.resolve()

  constructor (options: RetentionOptions, recovered: Recovered) {
    this.#options = options
    this.#waiting = recovered.waiting
    this.segments = recovered.segments
    this.writtenThrough = recovered.nextNumber - 1
    const now = options.clock()
    const steady = performance.now()
    // a time of another, wrong clock says nothing about age: such messages are as old as this start
    this.#arrivals = recovered.arrivals.map(({ number, at }) => ({ number, at: at > now || at < PLAUSIBLE_MS || now < PLAUSIBLE_MS ? steady : steady - (now - at) }))
    this.#thin()
  }

  get bytes (): number {
    let sum = 0
    for (const segment of this.segments) sum += segment.bytes
    return sum
  }

  begin (segment: Segment): void {
    this.segments.push(segment)
  }

  written (number: number): void {
    this.writtenThrough = number
  }

  /** @param at by the clock of this machine, which may step: it only says whether a second has passed, and saves reading another clock for each message */
  arrived (number: number, at: number): void {
    if (Math.abs(at - this.#sampledAt) < SAMPLE_MS) return
    this.#sampledAt = at
    this.#forgetArrivalsBefore(this.#waiting.lowest())
    this.#arrivals.push({ number, at: performance.now() })
    this.#thin()
  }

  #thin (): void {
    while (this.#arrivals.length > MAX_SAMPLES) {
      const last = this.#arrivals.length - 1
      this.#arrivals = this.#arrivals.filter((_, i) => i % 2 === 0 || i === last)
    }
  }

  hasRoom (bytes: number): boolean {
    const { limits } = this.#options
    this.#checkFree()
    // one that is larger than all may be: it waits until it is alone, and is taken then
    const fits = this.#waiting.count === 0 || (this.#waiting.count < limits.maxMessages && this.bytes + bytes <= limits.maxBytes)
    if (this.#waiting.count >= limits.maxMessages) this.#isCrowded = true
    return fits && this.#free - bytes >= limits.minFreeBytes
  }

  /** Is there room that is worth telling of? Not for each place that a full queue has again: ten thousand devices that wait for it would ask for one each time. */
  get roomy (): boolean {
    if (this.#isCrowded && this.#waiting.count * 8 > this.#options.limits.maxMessages * 7) return false
    this.#isCrowded = false
    return this.hasRoom(0)
  }

  /** The part of the bytes or of the messages that is taken, whichever is more; 1 where the file system has no more to give. */
  get fill (): number {
    const { maxMessages, maxBytes, minFreeBytes } = this.#options.limits
    this.#checkFree()
    return this.#free < minFreeBytes ? 1 : Math.min(1, Math.max(this.#waiting.count / maxMessages, this.bytes / maxBytes))
  }

  oldestAgeMs (): number {
    const lowest = this.#waiting.lowest()
    if (lowest === Infinity) return 0
    this.#forgetArrivalsBefore(lowest)
    const first = this.#arrivals[0]
    return first === undefined ? 0 : Math.max(0, performance.now() - first.at)
  }

  /** Gives up messages older than the limit; answers how many. A clock that is set back or forth makes none old. */
  dropAged (waiting: WaitingSet, each: (number: number) => void): number {
    const { limits } = this.#options
    if (limits.maxAgeMs === 0) return 0
    const now = performance.now()
    let dropped = 0
    while (this.#arrivals.length > 1 && now - (this.#arrivals[1] as Arrival).at > limits.maxAgeMs) {
      this.#arrivals.shift()
      dropped += waiting.removeThrough((this.#arrivals[0] as Arrival).number - 1, each)
    }
    const last = this.#arrivals[0]
    if (this.#arrivals.length === 1 && last !== undefined && now - last.at > limits.maxAgeMs + SAMPLE_MS) dropped += waiting.removeThrough(this.writtenThrough, each)
    return dropped
  }

  /** Gives up a share of the messages where their count is at its limit, else all of the oldest file that still holds one; answers how many. */
  dropOldest (waiting: WaitingSet, each: (number: number) => void): number {
    const { maxMessages } = this.#options.limits
    if (waiting.count >= maxMessages) {
      const share = waiting.count - maxMessages + Math.ceil(maxMessages / DROP_SHARE)
      for (let dropped = 0; dropped < share; dropped++) {
        const number = waiting.lowest()
        waiting.remove(number)
        each(number)
      }
      return share
    }
    const lowest = waiting.lowest()
    const segment = this.segments.find(segment => segment.lastNumber >= lowest)
    return segment === undefined ? 0 : waiting.removeThrough(segment.lastNumber, each)
  }

  /** Removes files that hold nothing any more, from the oldest on; never the one being written. One removal at a time. */
  async removeEmpty (waiting: WaitingSet): Promise<void> {
    this.#removal = this.#removal.then(() => this.#removeEmpty(waiting))
    await this.#removal
  }

  async #removeEmpty (waiting: WaitingSet): Promise<void> {
    const { disk, dir } = this.#options
    const lowest = waiting.lowest()
    try {
      for (let first = this.segments[0]; first !== undefined && this.segments.length > 1 && first.lastNumber < lowest; first = this.segments[0]) {
        if (!await this.#options.rescue(first.lastNumber)) break
        await disk.remove(first.file)
        this.segments.shift()
        // before the next goes: were that one gone and this one back after a power cut, its messages would be, and what is noted of them not
        await disk.syncDirectory(dir)
      }
    } catch {
      // the file stays and is tried again at the next removal; its messages are known to be gone, so nothing is sent twice
    }
  }

  #forgetArrivalsBefore (lowest: number): void {
    let keep = 0
    while (keep + 1 < this.#arrivals.length && (this.#arrivals[keep + 1] as Arrival).number <= lowest) keep++
    if (keep > 0) this.#arrivals = this.#arrivals.slice(keep)
  }

  #checkFree (): void {
    const now = performance.now()
    if (now - this.#freeCheckedAt < FREE_CHECK_MS) return
    this.#freeCheckedAt = now
    this.#options.disk.free(this.#options.dir).then(free => { this.#free = free }, () => { this.#free = Infinity })
  }
}
