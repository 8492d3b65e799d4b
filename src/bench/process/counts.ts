/** Puts a process's counts together for the coordinator. */
import type { Snapshot } from './calls.ts'
import { nowMicros } from '../wire/clock.ts'
import type { Publisher } from '../wire/publisher.ts'
import type { Tally } from '../wire/tally.ts'

export interface Counted {
  readonly tally: Tally
  readonly publishers: readonly Publisher[]
  readonly links: number
  readonly losses: number
  readonly fault: string | null
}

export function snapshotOf (counted: Counted): Snapshot {
  const { tally, publishers } = counted
  const { user, system } = process.cpuUsage()
  let sent = 0
  let acknowledged = 0
  let unacknowledged = 0
  for (const publisher of publishers) {
    sent += publisher.sent
    acknowledged += publisher.acknowledged
    unacknowledged += publisher.unacknowledged
  }
  return {
    at: nowMicros(),
    cpu: user + system,
    sent,
    acknowledged,
    unacknowledged,
    received: tally.received,
    duplicates: tally.duplicates,
    reordered: tally.reordered,
    foreign: tally.foreign,
    bytes: tally.bytes,
    links: counted.links,
    losses: counted.losses,
    fault: counted.fault,
    longestPause: tally.longestPause,
    firstArrival: tally.firstArrival,
    lastArrival: tally.lastArrival
  }
}
