/** Reads back, in order and a block at a time, what a lane has in its journal only, for as long as there is something and it has room. */
import { reasonOf } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { JournaledLane } from '../../relay/journaled-lane.ts'
import type { ReadMessage, SpoolReader } from '../../spool/reader.ts'
import type { Spool } from '../../spool/spool.ts'

const RETRY_MS = 1000

export class JournalFeeder {
  readonly #spool: Spool
  readonly #lane: JournaledLane
  readonly #logger: Logger
  #reader: SpoolReader | null = null
  /** Read and not fed yet, from #next on. */
  #block: readonly ReadMessage[] = []
  #next = 0
  #running: Promise<void> | null = null
  #wanted = false
  #closed = false
  #failing = false
  #onDurable: (() => void) | null = null

  constructor (spool: Spool, lane: JournaledLane, logger: Logger) {
    this.#spool = spool
    this.#lane = lane
    this.#logger = logger
  }

  /** The lane has room, and messages that it has not seen. */
  wake (): void {
    this.#wanted = true
    this.#running ??= this.#run()
  }

  /** More was written. */
  durable (): void {
    this.#onDurable?.()
  }

  async close (): Promise<void> {
    this.#closed = true
    this.#onDurable?.()
    await this.#running
    await this.#reader?.close()
  }

  async #run (): Promise<void> {
    while (this.#wanted && !this.#closed) {
      this.#wanted = false
      try {
        await this.#feedWhileThereIsRoom()
        this.#failing = false
      } catch (error) {
        await this.#failed(error)
      }
    }
    this.#running = null
  }

  async #feedWhileThereIsRoom (): Promise<void> {
    while (this.#lane.behind && !this.#closed) {
      if (!this.#feedBlock()) return
      const written = this.#spool.durable
      this.#reader ??= this.#spool.reader(this.#lane.firstLeft)
      this.#block = await this.#reader.next()
      this.#next = 0
      if (this.#block.length > 0) continue
      if (this.#lane.caughtUp(written)) await this.#endReading(written)
      else if (this.#spool.durable === written) await this.#untilDurable()
    }
  }

  /** False when the lane has no room for all of it. */
  #feedBlock (): boolean {
    for (; this.#next < this.#block.length; this.#next++) {
      const { number, message } = this.#block[this.#next] as ReadMessage
      // what was given up in the meantime is not sent any more
      if (this.#spool.waiting.has(number) && !this.#lane.feed(number, message)) return false
    }
    return true
  }

  async #endReading (through: number): Promise<void> {
    const reader = this.#reader
    this.#reader = null
    reader?.ended(through)
    await reader?.close()
  }

  async #untilDurable (): Promise<void> {
    await new Promise<void>(resolve => { this.#onDurable = resolve })
    this.#onDurable = null
  }

  async #failed (error: unknown): Promise<void> {
    if (!this.#failing) this.#logger.warn({ reason: reasonOf(error), hint: 'Look at the disk and its file system' }, 'the spool can not be read back; tried again every second')
    this.#failing = true
    await this.#reader?.close().catch(() => {})
    await new Promise(resolve => setTimeout(resolve, RETRY_MS).unref())
    this.#wanted = true
  }
}
