/** Watches whether the event loop turns: a turn that takes long holds every device and every link. */
import { createHistogram } from 'node:perf_hooks'
import type { Logger } from '../logger.ts'

const BEAT_MS = 1000
/** Shorter ones happen on a busy machine and hurt nobody. */
const STALL_MS = 500
/** Finer would wake an idle machine more often. */
const LOOK_MS = 10
const NS = 1e9

export class EventLoop {
  readonly #logger: Logger
  readonly #timer: NodeJS.Timeout
  /** In nanoseconds. */
  readonly #delays = createHistogram()
  #looks: NodeJS.Timeout | null = null
  #looked = 0
  #due = performance.now() + BEAT_MS
  /** Turns that took longer than half a second. */
  stalls = 0
  /** The longest of them, in seconds. */
  longestStall = 0

  constructor (logger: Logger) {
    this.#logger = logger
    this.#timer = setInterval(() => this.#beat(), BEAT_MS).unref()
  }

  /**
   * By how much a timer of 10 ms came late since the last call, in seconds; measured from the first call on. A turn that takes less than that
   * may fall between two of them and not be seen.
   */
  takeDelay (): { readonly p50: number, readonly p99: number, readonly max: number } {
    if (this.#looks === null) {
      this.#looked = performance.now()
      this.#looks = setInterval(() => this.#look(), LOOK_MS).unref()
    }
    const delays = this.#delays
    const taken = delays.count === 0
      ? { p50: 0, p99: 0, max: 0 }
      : { p50: delays.percentile(50) / NS, p99: delays.percentile(99) / NS, max: delays.max / NS }
    delays.reset()
    return taken
  }

  stop (): void {
    clearInterval(this.#timer)
    if (this.#looks !== null) clearInterval(this.#looks)
  }

  /**
   * That of perf_hooks has its own 10 ms in each figure, and after a reset it does not see the turn it was reset in, which is the one that
   * answers a scrape.
   */
  #look (): void {
    const now = performance.now()
    this.#delays.record(Math.max(1, Math.round((now - this.#looked - LOOK_MS) * 1e6)))
    this.#looked = now
  }

  #beat (): void {
    const late = performance.now() - this.#due
    this.#due = performance.now() + BEAT_MS
    if (late < STALL_MS) return
    this.stalls++
    this.longestStall = Math.max(this.longestStall, late / 1000)
    this.#logger.warn({ stalledMs: Math.round(late), hint: 'The machine is overloaded, swaps, or was suspended; else look at what was asked of the process at this moment' }, 'the event loop stood still: devices and links were not served')
  }
}
