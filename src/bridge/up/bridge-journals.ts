/** The queues of one bridge on disk: one for each priority that its rules keep there, and for one that a process before this one left messages in. */
import { lanesOf, spoolOf } from '../../config/bridge-lanes.ts'
import type { BridgeConfig, Priority, SpoolConfig } from '../../config/model.ts'
import type { Logger } from '../../logger.ts'
import type { BridgeCounters } from '../../metrics/bridge-counters.ts'
import { LatencyHistogram } from '../../metrics/latency-histogram.ts'
import { type Disk, realDisk } from '../../spool/disk.ts'
import { inspectJournal } from '../../spool/inspection.ts'
import type { DiskFigures } from '../bridge-figures.ts'
import { type BridgeJournal, openBridgeJournal } from './bridge-journal.ts'

export interface BridgeJournalsOptions {
  readonly counters: BridgeCounters
  readonly logger: Logger
  /** @default this machine's */
  readonly disk?: Disk
}

/** @throws SpoolError as {@link openBridgeJournal}; none is left open then */
export async function openBridgeJournals (config: BridgeConfig, options: BridgeJournalsOptions): Promise<BridgeJournals> {
  const journals = new Map<Priority, BridgeJournal>()
  const all = new BridgeJournals(journals)
  if (!config.enable || config.spool === null) return all
  const wanted = await prioritiesOf(config, config.spool, options.disk ?? realDisk)
  try {
    for (const priority of wanted) journals.set(priority, await openBridgeJournal({ ...options, config: spoolOf(config.spool, priority, wanted.length) }))
  } catch (error) {
    await all.close()
    throw error
  }
  return all
}

async function prioritiesOf (config: BridgeConfig, spool: SpoolConfig, disk: Disk): Promise<Priority[]> {
  const wanted = lanesOf(config).filter(({ durability }) => durability === 'spool').map(({ priority }) => priority)
  for (const priority of ['high', 'normal', 'low'] as const) {
    if (!wanted.includes(priority) && await hasLeft(spoolOf(spool, priority, 1).dir, disk)) wanted.push(priority)
  }
  return wanted
}

/** Do messages wait in this directory, which may not be there? */
async function hasLeft (dir: string, disk: Disk): Promise<boolean> {
  const names = await disk.list(dir).catch(() => [])
  return names.some(name => name.endsWith('.journal')) && (await inspectJournal(dir, disk)).waiting > 0
}

export class BridgeJournals {
  readonly #all: ReadonlyMap<Priority, BridgeJournal>

  constructor (all: ReadonlyMap<Priority, BridgeJournal>) {
    this.#all = all
  }

  of (priority: Priority): BridgeJournal | null { return this.#all.get(priority) ?? null }

  get all (): readonly BridgeJournal[] { return [...this.#all.values()] }

  /** Number of the newest record in each. */
  get ends (): Readonly<Partial<Record<Priority, number>>> { return Object.fromEntries([...this.#all].map(([priority, { last }]) => [priority, last])) }

  get priorities (): readonly Priority[] { return [...this.#all.keys()] }

  /** Age of the oldest message that waits, in milliseconds; 0 without one. */
  get oldestMs (): number { return Math.max(0, ...[...this.#all.values()].map(({ oldestMs }) => oldestMs)) }

  /** Of all together; null: nothing is kept on disk. */
  get disk (): DiskFigures | null {
    return diskOf(this.all)
  }

  /** What waits stays there. @throws the first error of the disk; all are closed */
  async close (): Promise<void> {
    const ends = await Promise.allSettled([...this.#all.values()].map(async journal => journal.close()))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }
}

/** Of all of them together; null: there is none. */
export function diskOf (journals: readonly BridgeJournal[]): DiskFigures | null {
  if (journals.length === 0) return null
  const commits = new LatencyHistogram()
  let bytes = 0
  let failing = false
  for (const { disk } of journals) {
    commits.include(disk.commits)
    bytes += disk.bytes
    failing ||= disk.failing
  }
  return { bytes, commits, failing }
}
