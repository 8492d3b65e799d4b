/** Bytes of messages that have crossed each link since midnight, local time, or since the start: for links that are paid by volume. */
import type { BridgeCounters } from '../metrics/bridge-counters.ts'

export interface Volume {
  readonly sentBytes: number
  readonly receivedBytes: number
}

interface Day {
  readonly name: string
  /** What the counters said as it began. */
  readonly before: Volume
}

const NOTHING: Volume = { sentBytes: 0, receivedBytes: 0 }

export class DailyVolumes {
  readonly #today: () => string
  readonly #days = new WeakMap<BridgeCounters, Day>()

  /** @param today another text each day */
  constructor (today: () => string = () => new Date().toDateString()) {
    this.#today = today
  }

  /** Since the day began. To be asked, or looked at, every second: what crossed before is taken for yesterday's. */
  of (counters: BridgeCounters): Volume {
    const { sentBytes, receivedBytes } = counters
    const name = this.#today()
    let day = this.#days.get(counters)
    if (day?.name !== name) {
      day = { name, before: day === undefined ? NOTHING : { sentBytes, receivedBytes } }
      this.#days.set(counters, day)
    }
    return { sentBytes: sentBytes - day.before.sentBytes, receivedBytes: receivedBytes - day.before.receivedBytes }
  }
}
