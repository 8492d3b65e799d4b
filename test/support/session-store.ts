/** Stores for tests: generous limits, and a disk in memory that can be slow, full or dead. */
import type { DiskBackend, DiskOperation } from '../../src/broker/persistence/disk-writer.ts'
import type { OpenStoreOptions } from '../../src/broker/persistence/stored-state.ts'
import { silentLogger } from '../../src/logger.ts'

export const generousLimits = {
  maxQueuedBytesPerSession: 10_000_000,
  maxSubscriptionsPerClient: 1_000,
  maxSessions: 1_000,
  sessionExpiryMs: 0,
  maxRetainedMessages: 10_000,
  maxRetainedBytes: 100_000_000
} as const

export const noInterest = { stored () {}, dropped () {} }

export function storeOptions (over: Partial<OpenStoreOptions> = {}): OpenStoreOptions {
  return {
    mqtt: { maxMqueueLen: 10_000 },
    limits: generousLimits,
    interest: noInterest,
    logger: silentLogger,
    persistence: null,
    ...over
  }
}

/** Keeps what was written, in the order of the keys. */
export class MemoryDisk implements DiskBackend {
  readonly content = new Map<string, Buffer>()
  readonly batches: (readonly DiskOperation[])[] = []
  isOpen = false
  opened = 0
  inFlight = 0
  mostInFlight = 0
  /** Awaited before each write; throw to fail it. */
  before: () => Promise<void> = () => Promise.resolve()

  async open (): Promise<void> {
    this.isOpen = true
    this.opened++
  }

  async * entries (): AsyncGenerator<readonly [string, Buffer]> {
    yield * [...this.content].sort(([one], [other]) => one < other ? -1 : 1)
  }

  async write (operations: readonly DiskOperation[]): Promise<void> {
    this.mostInFlight = Math.max(this.mostInFlight, ++this.inFlight)
    try {
      await this.before()
    } finally {
      this.inFlight--
    }
    this.batches.push(operations)
    for (const operation of operations) {
      if (operation.type === 'put') this.content.set(operation.key, operation.value)
      else this.content.delete(operation.key)
    }
  }

  async close (): Promise<void> {
    this.isOpen = false
  }
}
