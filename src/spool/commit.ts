/**
 * Group commit: records gather in memory while the disk is busy, and are written and synced together, in one call where the system has
 * that, as soon as the sync before has returned. No timer: the slower the disk, the larger the groups. What is not known to be on disk stays in memory, so that
 * after a failed write or sync it is written again, to a new file: the kernel may have forgotten the pages it could not write.
 */
import { reasonOf } from '../errors.ts'
import { LatencyHistogram } from '../metrics/latency-histogram.ts'
import type { Disk, SpoolFile } from './disk.ts'
import { type Segment, segmentName, SEGMENT_HEADER_BYTES, writeSegmentHeader } from './segment.ts'

/** What a commit is told of, and what it asks. */
export interface CommitListener {
  /** Every record up to this number is safe, as `fsync` says. */
  durable (number: number): void
  /** The first records stand in a new file. */
  segmentBegun (segment: Segment): void
  /** The disk refused; the records wait and are tried again after `retryMs`. */
  failed (reason: string, code: string, retryMs: number): void
  /** It works again. */
  recovered (): void
}

export interface CommitOptions {
  readonly dir: string
  readonly disk: Disk
  /** `always`: synced before it counts as durable. `interval`: written, and synced every second. `never`: written. */
  readonly fsync: 'always' | 'interval' | 'never'
  readonly segmentBytes: number
  readonly firstOrdinal: number
  /** Of this journal: the checksums of its headers are salted with it. */
  readonly salt: number
  readonly clock: () => number
}

const SYNC_INTERVAL_MS = 1000
const FIRST_RETRY_MS = 200
const LONGEST_RETRY_MS = 10_000

interface Batch {
  readonly bytes: Buffer
  readonly firstNumber: number
  readonly lastNumber: number
}

export class Commit {
  readonly #options: CommitOptions
  readonly #listener: CommitListener
  readonly #queue: Batch[] = []
  /** Written but not known to be on the medium. */
  #unsynced: Batch[] = []
  #file: SpoolFile | null = null
  #segment: Segment | null = null
  #ordinal: number
  #running: Promise<void> | null = null
  #failing = false
  /** By a clock that never steps. */
  #syncedAt = -Infinity
  /** `interval`: syncs what was written last, though nothing comes after it. */
  #syncTimer: NodeJS.Timeout | null = null
  #syncDue = false
  #closed = false
  #wake: (() => void) | null = null
  #heldBytes = 0
  /** Of writes, each with its sync. */
  readonly durations = new LatencyHistogram()

  constructor (options: CommitOptions, listener: CommitListener) {
    this.#options = options
    this.#listener = listener
    this.#ordinal = options.firstOrdinal
  }

  /** Bytes in memory that are not on disk yet. */
  get heldBytes (): number { return this.#heldBytes }

  get failing (): boolean { return this.#failing }

  /** Takes a group of whole records. The bytes are the commit's from now on. */
  push (bytes: Buffer, firstNumber: number, lastNumber: number): void {
    this.#queue.push({ bytes, firstNumber, lastNumber })
    this.#heldBytes += bytes.length
    this.#running ??= this.#run()
  }

  /** True while nothing is being written: what is pushed now is written at once. */
  get idle (): boolean { return this.#running === null }

  /** Writes what is there, syncs, and closes the file; gives up at the first failure. */
  async close (): Promise<void> {
    this.#closed = true
    if (this.#syncTimer !== null) clearTimeout(this.#syncTimer)
    this.#wake?.()
    await this.#running
    const file = this.#file
    this.#file = null
    if (file === null) return
    try {
      if (this.#options.fsync !== 'never' && !file.syncsItself) await file.sync()
    } finally {
      await file.close()
    }
  }

  async #run (): Promise<void> {
    let retryMs = FIRST_RETRY_MS
    while (this.#queue.length > 0 || this.#syncDue) {
      const batches = this.#queue.splice(0)
      try {
        await (batches.length === 0 ? this.#syncWritten() : this.#write(batches))
        retryMs = FIRST_RETRY_MS
        if (this.#failing) this.#listener.recovered()
        this.#failing = false
      } catch (error) {
        await this.#abandon(batches)
        this.#failing = true
        const code = error instanceof Error && 'code' in error ? String(error.code) : ''
        if (this.#closed) break
        this.#listener.failed(reasonOf(error), code, retryMs)
        await this.#pause(retryMs)
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
      }
    }
    this.#running = null
  }

  async #write (batches: readonly Batch[]): Promise<void> {
    const started = performance.now()
    const first = batches[0]
    const last = batches.at(-1)
    if (first === undefined || last === undefined) return
    this.#syncDue = false
    const file = await this.#current(first.firstNumber)
    const bytes = batches.length === 1 ? first.bytes : Buffer.concat(batches.map(batch => batch.bytes))
    await file.append(bytes)
    this.#unsynced.push(...batches)
    const { fsync } = this.#options
    if (fsync === 'always' || (fsync === 'interval' && performance.now() - this.#syncedAt >= SYNC_INTERVAL_MS)) {
      if (!file.syncsItself) await file.sync()
      this.#syncedAt = performance.now()
      this.#unsynced = []
    } else if (fsync === 'never') {
      this.#unsynced = []
    } else {
      this.#syncSoon()
    }
    this.#count(bytes.length, last.lastNumber)
    this.#heldBytes -= bytes.length
    this.durations.add((performance.now() - started) / 1000, 1)
    this.#listener.durable(last.lastNumber)
  }

  /** These bytes of the file stand. Not sooner: what a sync that failed has left there is not read back, as it is written again elsewhere. */
  #count (bytes: number, lastNumber: number): void {
    const segment = this.#segment
    if (segment === null) return
    if (isEmpty(segment)) this.#listener.segmentBegun(segment)
    segment.bytes += bytes
    segment.lastNumber = lastNumber
  }

  #syncSoon (): void {
    this.#syncTimer ??= setTimeout(() => {
      this.#syncTimer = null
      this.#syncDue = true
      this.#running ??= this.#run()
    }, SYNC_INTERVAL_MS).unref()
  }

  /** Syncs what has waited for it, unless another write has done that. */
  async #syncWritten (): Promise<void> {
    this.#syncDue = false
    const last = this.#unsynced.at(-1)
    if (last === undefined || this.#file === null) return
    await this.#file.sync()
    this.#syncedAt = performance.now()
    this.#unsynced = []
    this.#listener.durable(last.lastNumber) // what was gathered meanwhile goes on
  }

  /** The file to append to; a new one when there is none or it is full. */
  async #current (firstNumber: number): Promise<SpoolFile> {
    if (this.#file !== null && this.#segment !== null && this.#segment.bytes < this.#options.segmentBytes) return this.#file
    const { dir, disk, clock, salt } = this.#options
    const full = this.#file
    if (full !== null) {
      if (this.#options.fsync !== 'never' && !full.syncsItself) await full.sync()
      this.#unsynced = []
      this.#file = null
      await full.close()
    }
    const header = { salt, firstNumber, created: clock() }
    const ordinal = this.#ordinal++
    const path = `${dir}/${segmentName(ordinal)}`
    const file = await disk.create(path, this.#options.fsync === 'always')
    this.#file = file
    this.#segment = { ordinal, file: path, salt: header.salt, firstNumber, lastNumber: firstNumber - 1, bytes: SEGMENT_HEADER_BYTES }
    await file.append(writeSegmentHeader(header))
    if (this.#options.fsync !== 'never') await disk.syncDirectory(dir)
    return file
  }

  /** Puts everything that may not be on the medium back in front, to be written to a new file. */
  async #abandon (batches: readonly Batch[]): Promise<void> {
    const written = this.#unsynced.filter(batch => !batches.includes(batch))
    for (const batch of written) this.#heldBytes += batch.bytes.length
    this.#unsynced = []
    this.#queue.unshift(...written, ...batches)
    const file = this.#file
    const segment = this.#segment
    this.#file = null
    this.#segment = null
    await file?.close().catch(() => {})
    // else each attempt on a full disk would leave a file, and take what little room there is
    if (file !== null && segment !== null && isEmpty(segment)) await this.#options.disk.remove(segment.file).catch(() => {})
  }

  async #pause (ms: number): Promise<void> {
    await new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => { clearTimeout(timer); resolve() }
    })
    this.#wake = null
  }
}

/** Nothing stands in it yet. */
function isEmpty ({ firstNumber, lastNumber }: Segment): boolean {
  return lastNumber < firstNumber
}
