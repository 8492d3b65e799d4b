/** What a process of a run has sent and got, since the last mark and in all. */
import { nowMicros } from '../wire/clock.ts'
import { Histogram } from '../wire/histogram.ts'
import type { Publisher } from '../wire/publisher.ts'
import { Tally } from '../wire/tally.ts'
import type { Calls, Snapshot } from './calls.ts'

export class ProcessAccount {
  /** Arrivals that count. */
  tally = new Tally(0)
  readonly lateness = new Histogram()
  publishers: Publisher[] = []
  /** Connections lost without having been asked to. */
  losses = 0
  /** First thing that was not MQTT; null when all was. */
  fault: string | null = null
  readonly #links: () => number

  /** @param links  how many connections there are now */
  constructor (links: () => number) {
    this.#links = links
  }

  /** Begins the measured window. */
  mark (): Snapshot {
    this.tally.mark(nowMicros())
    this.lateness.clear()
    return this.snapshot()
  }

  snapshot (): Snapshot {
    const { tally, publishers } = this
    const { user, system } = process.cpuUsage()
    const sum = (of: (publisher: Publisher) => number): number => publishers.reduce((total, publisher) => total + of(publisher), 0)
    return {
      at: nowMicros(),
      cpu: user + system,
      sent: sum(({ sent }) => sent),
      acknowledged: sum(({ acknowledged }) => acknowledged),
      unacknowledged: sum(({ unacknowledged }) => unacknowledged),
      received: tally.received,
      duplicates: tally.duplicates,
      reordered: tally.reordered,
      foreign: tally.foreign,
      bytes: tally.bytes,
      links: this.#links(),
      losses: this.losses,
      fault: this.fault,
      longestPause: tally.longestPause,
      firstArrival: tally.firstArrival,
      lastArrival: tally.lastArrival
    }
  }

  distributions (): Calls['distributions']['answers'] {
    return { latency: this.tally.latency.toRecord(), tails: this.tally.latency.tails(), urgent: this.tally.urgent.toRecord(), lateness: this.lateness.toRecord() }
  }
}
