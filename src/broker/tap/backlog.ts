/** How much may wait for a device that does not read: beyond one bound QoS 0 is dropped for it and counted, beyond another its connection ends. HOT. */
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import type { OutboundLimits } from './outbound-host.ts'

/** Times the backlog at which QoS 0 is dropped; what must not be dropped has that much room more. */
const HARD_FACTOR = 4

export class Backlog {
  readonly #limits: OutboundLimits
  readonly #counters: BrokerCounters
  /** No room was found in this turn: it is not looked for again. */
  #full = false

  constructor (limits: OutboundLimits, counters: BrokerCounters) {
    this.#limits = limits
    this.#counters = counters
  }

  /** Is there room for a message of QoS 0 behind so many bytes? Where there is none it is counted as dropped. */
  hasRoom (waiting: number): boolean {
    if (waiting <= this.#limits.maxBacklogBytes) return true
    this.#counters.deliveryDroppedQos0++
    return false
  }

  /** None was found before in this turn, and nothing has left since: the message is counted as dropped. */
  refuses (): boolean {
    if (this.#full) this.#counters.deliveryDroppedQos0++
    return this.#full
  }

  /** True for as long as this turn lasts, until {@link turned}. */
  fill (): void {
    this.#full = true
  }

  turned (): void {
    this.#full = false
  }

  isOver (waiting: number): boolean {
    return waiting > this.#limits.maxBacklogBytes * HARD_FACTOR
  }
}
