/** Last wills of those who are connected, so that they are published also after a crash of the broker. */
import type { SessionCounters } from '../../metrics/session-counters.ts'
import type { Journal } from './journal.ts'
import type { PacketProperties } from './packet.ts'
import { encodeMessage, keys } from './record.ts'

export interface Will {
  topic: string
  payload: Buffer | string
  qos: 0 | 1 | 2
  retain: boolean
  brokerId?: string
  clientId?: string
  properties?: PacketProperties
}

export class StoredWills {
  readonly #journal: Journal
  readonly #counters: SessionCounters
  readonly #wills = new Map<string, Will>()

  constructor (journal: Journal, counters: SessionCounters) {
    this.#journal = journal
    this.#counters = counters
  }

  put (clientId: string, will: Will, brokerId: string): void {
    will.brokerId = brokerId
    will.clientId = clientId
    this.restore(clientId, will)
    const { payload, ...facts } = will
    this.#journal.put(keys.will(clientId), () => encodeMessage(facts, payload), false)
  }

  get (clientId: string): Will | undefined { return this.#wills.get(clientId) }

  /** Answers the one there was. */
  delete (clientId: string): Will | undefined {
    const will = this.#wills.get(clientId)
    if (this.#wills.delete(clientId)) {
      this.#counters.wills--
      this.#journal.del(keys.will(clientId))
    }
    return will
  }

  /** Those of brokers that are not among the living. */
  ofOthers (living: Readonly<Record<string, unknown>>): Will[] {
    return [...this.#wills.values()].filter(({ brokerId }) => brokerId === undefined || living[brokerId] === undefined)
  }

  /** From disk, at the start. */
  restore (clientId: string, will: Will): void {
    if (!this.#wills.has(clientId)) this.#counters.wills++
    this.#wills.set(clientId, will)
  }
}
