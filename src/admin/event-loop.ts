/** Watches whether the event loop turns: a turn that takes long holds every device and every link. */
import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks'
import type { Logger } from '../logger.ts'

const BEAT_MS = 1000
/** Shorter ones happen on a busy machine and hurt nobody. */
const STALL_MS = 500
const RESOLUTION_MS = 10
const NS = 1e9

export class EventLoop {
  readonly #logger: Logger
  readonly #timer: NodeJS.Timeout
  #delay: IntervalHistogram | null = null
  #due = performance.now() + BEAT_MS
  /** Turns that took longer than half a second. */
  stalls = 0
  /** The longest of them, in seconds. */
  longestStall = 0

  constructor (logger: Logger) {
    this.#logger = logger
    this.#timer = setInterval(() => this.#beat(), BEAT_MS).unref()
  }

  /** Delay of the loop since the last call, in seconds; measured from the first call on. */
  takeDelay (): { readonly p50: number, readonly p99: number, readonly max: number } {
    if (this.#delay === null) {
      this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
      this.#delay.enable()
    }
    const delay = this.#delay
    const taken = delay.count === 0
      ? { p50: 0, p99: 0, max: 0 }
      : { p50: delay.percentile(50) / NS, p99: delay.percentile(99) / NS, max: delay.max / NS }
    delay.reset()
    return taken
  }

  stop (): void {
    clearInterval(this.#timer)
    this.#delay?.disable()
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
