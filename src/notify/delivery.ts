/**
 * A bounded queue in front of an endpoint: what is offered waits its turn, goes out a few at a time, is tried again for a while, and is given up and
 * counted after that. Offering never waits and never fails; a receiver that is slow or gone costs this queue and nothing else.
 */
import type { Logger } from '../logger.ts'
import type { Endpoint } from './endpoint.ts'

/** Something to be told. */
export interface Notice {
  /** What it counts for in the queue, until it is sent. */
  readonly bytes: number
  /** Written out when it is sent, not when it is offered. */
  readonly json: () => string
}

export interface DeliveryOptions {
  readonly endpoint: Pick<Endpoint, 'post' | 'close'>
  /** What it is about, for log lines: `webhook`, `alerts`. */
  readonly name: string
  /** Makes one body of several notices, at most so many. */
  readonly batch: { readonly most: number, readonly body: (notices: readonly string[]) => string }
  /** Requests at one time. */
  readonly parallel: number
  readonly maxNotices: number
  readonly maxBytes: number
  /** A notice is tried again for so long. */
  readonly retryForMs: number
  readonly logger: Logger
  /** @default 1000; doubled at each failure up to a minute */
  readonly firstRetryMs?: number
  /** Of the one whose place it takes, to be counted on. @default all at 0 */
  readonly counters?: DeliveryCounters
}

export interface DeliveryCounters {
  sent: number
  /** There was no room. */
  droppedFull: number
  /** The receiver said no, or could not be reached for too long. */
  givenUp: number
}

const LONGEST_RETRY_MS = 60_000

export class Delivery {
  readonly #options: DeliveryOptions
  readonly #queue: { readonly notice: Notice, readonly at: number }[] = []
  #bytes = 0
  #sending = 0
  #scheduled = false
  #retryMs: number
  #failing = false
  #closed = false
  readonly #naps = new Set<() => void>()
  #idle: (() => void)[] = []
  readonly counters: DeliveryCounters

  constructor (options: DeliveryOptions) {
    this.#options = options
    this.#retryMs = options.firstRetryMs ?? 1000
    this.counters = options.counters ?? { sent: 0, droppedFull: 0, givenUp: 0 }
  }

  get name (): string { return this.#options.name }

  /** Waiting, without those that are on their way. */
  get waiting (): number { return this.#queue.length }

  /** False: there is no room, and it is counted. */
  offer (notice: Notice): boolean {
    const { maxNotices, maxBytes } = this.#options
    if (this.#closed || this.#queue.length >= maxNotices || this.#bytes + notice.bytes > maxBytes) {
      if (this.counters.droppedFull++ === 0) this.#options.logger.warn({ waiting: this.#queue.length, hint: 'The receiver is slower than what it is told, or does not answer; more are counted and not logged' }, `${this.#options.name}: the queue is full, a notice is dropped`)
      return false
    }
    this.#queue.push({ notice, at: performance.now() })
    this.#bytes += notice.bytes
    this.#schedule()
    return true
  }

  /** What waits goes out, within the time; the rest is given up. Asked again, the shorter time holds. */
  async close (timeoutMs: number): Promise<void> {
    if (this.#queue.length > 0 || this.#sending > 0) {
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, timeoutMs)
        this.#idle.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
    this.#closed = true
    this.counters.givenUp += this.#queue.length
    this.#queue.length = 0
    for (const wake of this.#naps) wake()
    this.#options.endpoint.close()
    for (const call of this.#idle.splice(0)) call()
  }

  /** In the next turn, so that what comes in one turn shares a body. */
  #schedule (): void {
    if (this.#scheduled) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      this.#pump()
    })
  }

  #pump (): void {
    while (this.#queue.length > 0 && this.#sending < this.#options.parallel) {
      const taken = this.#queue.splice(0, this.#options.batch.most)
      for (const { notice } of taken) this.#bytes -= notice.bytes
      this.#sending++
      void this.#send(this.#options.batch.body(taken.map(({ notice }) => notice.json())), taken.length, taken[0]?.at ?? 0).finally(() => {
        this.#sending--
        this.#pump()
      })
    }
    if (this.#queue.length > 0 || this.#sending > 0) return
    for (const call of this.#idle.splice(0)) call()
  }

  async #send (json: string, count: number, since: number): Promise<void> {
    const body = Buffer.from(json)
    for (;;) {
      const outcome = await this.#options.endpoint.post(body)
      if (outcome.kind === 'taken') return this.#taken(count)
      const over = outcome.kind === 'refused' || this.#closed || performance.now() - since >= this.#options.retryForMs
      this.#failed(outcome.reason, over ? count : 0)
      if (over) return
      await this.#nap(this.#retryMs)
      this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS)
    }
  }

  #taken (count: number): void {
    this.counters.sent += count
    this.#retryMs = this.#options.firstRetryMs ?? 1000
    if (!this.#failing) return
    this.#failing = false
    const { droppedFull, givenUp } = this.counters
    this.#options.logger.info({ waiting: this.#queue.length, droppedFull, givenUp }, `${this.#options.name}: the receiver takes notices again`)
  }

  /** Once, until it is well again: it would be the same each time. */
  #failed (reason: string, givenUp: number): void {
    this.counters.givenUp += givenUp
    if (this.#failing || this.#closed) return
    this.#failing = true
    this.#options.logger.warn({ reason, givenUp, hint: 'Look at the url, its server and its ssl block; what waits is tried again for a while' }, `${this.#options.name}: a notice could not be delivered`)
  }

  async #nap (ms: number): Promise<void> {
    if (this.#closed) return
    await new Promise<void>(resolve => {
      const wake = (): void => {
        clearTimeout(timer)
        this.#naps.delete(wake)
        resolve()
      }
      const timer = setTimeout(wake, ms)
      this.#naps.add(wake)
    })
  }
}
