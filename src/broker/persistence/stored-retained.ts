/** Retained messages in memory and on disk: which are kept, which are current, and what is said when there is no room for more. */
import type { Logger } from '../../logger.ts'
import type { SessionCounters } from '../../metrics/session-counters.ts'
import { isServerTopic } from '../../mqtt/topic-name.ts'
import type { Journal } from './journal.ts'
import { copyOf } from './packet.ts'
import type { PublishPacket } from './packet.ts'
import { encodePacket, keys } from './record.ts'
import { type RetainedLimits, RetainedMessages } from './retained-messages.ts'

export interface StoredRetainedParts {
  readonly journal: Journal
  readonly counters: SessionCounters
  readonly logger: Logger
  readonly now: () => number
}

export class StoredRetained {
  readonly #parts: StoredRetainedParts
  readonly #messages: RetainedMessages
  /** The last one was refused, and that was said. */
  #overflows = false

  constructor (limits: RetainedLimits, parts: StoredRetainedParts) {
    this.#parts = parts
    this.#messages = new RetainedMessages(limits, parts.counters, parts.now)
  }

  /** Keeps a message; an empty payload deletes the one there is [MQTT-3.3.1-10]. */
  store (packet: PublishPacket): void {
    const { journal } = this.#parts
    const { topic } = packet
    if (packet.payload.length === 0) {
      if (this.#messages.delete(topic)) journal.del(keys.retained(topic))
      return
    }
    const kept = { ...packet }
    if (!this.#messages.set(kept)) {
      this.expire()
      if (!this.#messages.set(kept)) return this.#refused()
    }
    this.#overflows = false
    // what the broker says of itself is about this process
    if (!isServerTopic(topic)) journal.put(keys.retained(topic), () => encodePacket(copyOf(kept)), false)
  }

  /** What one of the filters matches and has not expired, each once. */
  matching (filters: readonly string[]): PublishPacket[] {
    const now = this.#parts.now()
    return this.#messages.matching(filters).filter(({ messageExpiry }) => messageExpiry === undefined || messageExpiry > now)
  }

  /** Forgets what has expired. */
  expire (): void {
    for (const topic of this.#messages.expire()) this.#parts.journal.del(keys.retained(topic))
  }

  /** From disk, at the start. */
  restore (packet: PublishPacket): void {
    this.#messages.set(packet)
  }

  #refused (): void {
    const { counters, logger } = this.#parts
    counters.retainedRefused++
    if (this.#overflows) return
    this.#overflows = true
    logger.warn({ messages: counters.retainedMessages, bytes: counters.retainedBytes },
      'there is no room for another retained message: it was delivered, and is not kept')
  }
}
