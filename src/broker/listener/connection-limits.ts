/** How many connections there may be, in all and from one address: one count over all listeners. */
import type { BrokerCounters } from '../../metrics/broker-counters.ts'

export interface ConnectionCaps {
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
}

export type Refusal = 'connections' | 'address'

export class ConnectionLimits {
  readonly #caps: ConnectionCaps
  readonly #counters: BrokerCounters
  readonly #byAddress = new Map<string, number>()

  constructor (caps: ConnectionCaps, counters: BrokerCounters) {
    this.#caps = caps
    this.#counters = counters
  }

  /** Counts a new connection in; or says which cap it would break, and does not count it. */
  enter (address: string): Refusal | null {
    if (this.#counters.connections >= this.#caps.maxConnections) {
      this.#counters.refusedConnectionLimit++
      return 'connections'
    }
    const present = this.#byAddress.get(address) ?? 0
    if (present >= this.#caps.maxConnectionsPerAddress) {
      this.#counters.refusedAddressLimit++
      return 'address'
    }
    this.#byAddress.set(address, present + 1)
    this.#counters.connections++
    this.#counters.connectionsAccepted++
    return null
  }

  /** Counts one that {@link enter} let in out again. */
  leave (address: string): void {
    const present = this.#byAddress.get(address) ?? 0
    if (present <= 1) this.#byAddress.delete(address)
    else this.#byAddress.set(address, present - 1)
    this.#counters.connections--
  }
}
