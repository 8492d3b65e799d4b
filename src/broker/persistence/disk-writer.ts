/**
 * Writes changes behind memory: those of one turn and of the time the last write took become one batch, one batch is in
 * flight, and batches are whole, so that the disk always holds a state that memory was in. A disk that fails does not stop
 * the broker: it is told once, tried again, and acknowledgements wait for it only so long.
 */
import { reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { SessionCounters } from '../../metrics/session-counters.ts'
import { FlushWaiters } from './flush-waiters.ts'
import type { Encode, Journal } from './journal.ts'
import { type Change, PendingChanges } from './pending-changes.ts'

export type DiskOperation =
  | { readonly type: 'put', readonly key: string, readonly value: Buffer }
  | { readonly type: 'del', readonly key: string }

/** The database, as far as it is needed. */
export interface DiskBackend {
  open (): Promise<void>
  /** Of all keys, in their order. */
  entries (): AsyncIterable<readonly [string, Buffer]>
  /** All or nothing; resolves when it is safe from a power failure. */
  write (operations: readonly DiskOperation[]): Promise<void>
  close (): Promise<void>
}

export interface DiskWriterOptions {
  readonly backend: DiskBackend
  readonly logger: Logger
  readonly counters: SessionCounters
  /** How long acknowledgements wait for a disk that fails or hangs, in milliseconds. */
  readonly patienceMs?: number
  /** Between two tries to write, in milliseconds; doubled each time, up to thirty times. */
  readonly retryMs?: number
}

const PATIENCE_MS = 10_000
const RETRY_MS = 1_000
const SLOWEST_RETRY = 30

export class DiskWriter implements Journal {
  readonly #options: DiskWriterOptions
  readonly #patienceMs: number
  readonly #retryMs: number
  readonly #pending = new PendingChanges()
  /** Changes made, and how many of them are on disk. */
  #made = 0
  #safe = 0
  readonly #waiting = new FlushWaiters()
  #running: Promise<void> | null = null
  #scheduled = false
  #closed = false
  #failing = false
  #degraded = false
  #patience: NodeJS.Timeout | null = null
  #wake: (() => void) | null = null

  constructor (options: DiskWriterOptions) {
    this.#options = options
    this.#patienceMs = options.patienceMs ?? PATIENCE_MS
    this.#retryMs = options.retryMs ?? RETRY_MS
  }

  put (key: string, encode: Encode, fresh: boolean): void {
    this.#pending.put(key, encode, fresh)
    this.#changed()
  }

  del (key: string): void {
    this.#pending.del(key)
    this.#changed()
  }

  whenFlushed (call: () => void): void {
    if (this.#safe === this.#made) return call()
    if (this.#degraded) {
      this.#options.counters.diskUnflushed++
      return call()
    }
    this.#waiting.add(this.#made, call)
  }

  /** Resolves once everything up to now is on disk. */
  flushed (): Promise<void> {
    return new Promise(resolve => this.whenFlushed(resolve))
  }

  /** Writes what is left, with one more try where the disk fails and within the patience where it hangs; then closes the database. */
  async close (): Promise<void> {
    this.#closed = true
    this.#wake?.()
    this.#schedule()
    const isWritten = await within(this.#patienceMs, this.#idle())
    this.#stopPatience()
    this.#waiting.release(this.#made)
    if (isWritten) await this.#options.backend.close()
  }

  async #idle (): Promise<void> {
    while (this.#scheduled || this.#running !== null) await (this.#running ?? nextTurn())
  }

  #changed (): void {
    this.#made++
    this.#schedule()
  }

  #schedule (): void {
    this.#options.counters.diskPending = this.#pending.size
    if (this.#scheduled || this.#running !== null) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#running = this.#run().finally(() => {
        this.#running = null
        const more = this.#safe !== this.#made // made while the promise was settling
        if (more && !this.#failing) this.#schedule()
      })
    })
  }

  /** Never rejects. */
  async #run (): Promise<void> {
    let delay = this.#retryMs
    while (this.#safe !== this.#made) {
      if (await this.#writePending()) {
        delay = this.#retryMs
        continue
      }
      if (this.#closed) return
      await this.#sleep(delay)
      delay = Math.min(delay * 2, this.#retryMs * SLOWEST_RETRY)
    }
  }

  async #writePending (): Promise<boolean> {
    const batch = this.#pending.take()
    const upTo = this.#made
    this.#startPatience()
    try {
      if (this.#failing) await this.#reopen()
      if (batch.size > 0) await this.#options.backend.write(this.#operationsOf(batch))
    } catch (error) {
      this.#failed(batch, error)
      return false
    }
    this.#options.counters.diskWrites++
    this.#succeeded(upTo)
    return true
  }

  /** One record that can not be encoded costs itself and not the batch. */
  #operationsOf (batch: ReadonlyMap<string, Change>): DiskOperation[] {
    return Array.from(batch, ([key, { encode }]) => {
      if (encode === null) return { type: 'del', key }
      try {
        return { type: 'put', key, value: encode() }
      } catch (error) {
        this.#options.counters.diskErrors++
        this.#options.logger.error({ code: 'CW_PERSISTENCE_WRITE', record: key, cause: reasonOf(error) }, 'a record can not be encoded: it is kept in memory only')
        return { type: 'del', key }
      }
    })
  }

  /** LevelDB takes no write after one that failed, until it is opened again. */
  async #reopen (): Promise<void> {
    await this.#options.backend.close().catch(() => {})
    await this.#options.backend.open()
  }

  #failed (batch: ReadonlyMap<string, Change>, error: unknown): void {
    this.#options.counters.diskErrors++
    this.#pending.putBack(batch)
    this.#options.counters.diskPending = this.#pending.size
    if (this.#failing) return
    this.#failing = true
    this.#options.logger.error({ code: 'CW_PERSISTENCE_WRITE', cause: reasonOf(error) },
      'sessions and retained messages can not be written to disk: serving from memory, trying again; free some space or check the disk')
  }

  #succeeded (upTo: number): void {
    this.#stopPatience()
    this.#safe = upTo
    this.#options.counters.diskPending = this.#pending.size
    if (this.#failing || this.#degraded) this.#options.logger.info({}, 'sessions and retained messages are written to disk again')
    this.#failing = false
    this.#degraded = false
    this.#options.counters.diskDegraded = 0
    this.#waiting.release(upTo)
  }

  #startPatience (): void {
    if (this.#degraded) return
    this.#patience ??= setTimeout(() => this.#losePatience(), this.#patienceMs)
  }

  #stopPatience (): void {
    if (this.#patience !== null) clearTimeout(this.#patience)
    this.#patience = null
  }

  #losePatience (): void {
    this.#patience = null
    this.#degraded = true
    this.#options.counters.diskDegraded = 1
    this.#options.counters.diskUnflushed += this.#waiting.length
    this.#options.logger.error({ code: 'CW_PERSISTENCE_WRITE', waitedMs: this.#patienceMs },
      'the disk does not take sessions and retained messages: acknowledgements do not wait for it any more, a crash now loses what is in memory only')
    this.#waiting.release(this.#made)
  }

  #sleep (ms: number): Promise<void> {
    return new Promise<void>(resolve => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    }).finally(() => { this.#wake = null })
  }
}

/** Did it settle in time? */
async function within (ms: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>(resolve => { timer = setTimeout(resolve, ms, false) })
  try {
    return await Promise.race([work.then(() => true as const), late])
  } finally {
    clearTimeout(timer)
  }
}

function nextTurn (): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}
