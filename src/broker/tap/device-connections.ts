/** The connections that devices have to the broker: counted by listener, judged anew, and ended with what they are owed. */
import type { Duplex } from 'node:stream'
import type { ClientFacts } from '../client-facts.ts'
import type { Farewell } from '../departure.ts'
import type { PeerInfo } from '../listener/peer-info.ts'
import { DeviceConnection } from './device-connection.ts'
import type { DeviceSurroundings } from './surroundings.ts'

/** How often it is looked whether anything is owed, or left. */
const LOOK_MS = 20

export class DeviceConnections {
  readonly #around: DeviceSurroundings
  readonly #connections = new Set<DeviceConnection>()

  constructor (around: DeviceSurroundings) {
    this.#around = around
  }

  get all (): readonly DeviceConnection[] { return [...this.#connections] }

  /** Of those whose session is open. */
  get facts (): readonly ClientFacts[] { return this.all.flatMap(connection => connection.facts ?? []) }

  /** Those that have come in by this listener. */
  of (listener: string): readonly DeviceConnection[] {
    return this.all.filter(({ peer }) => peer.listener === listener)
  }

  add (stream: Duplex, peer: PeerInfo): void {
    peer.traffic.connections++
    this.#connections.add(new DeviceConnection(this.#around, stream, peer, one => {
      if (this.#connections.delete(one)) peer.traffic.connections--
    }))
  }

  /** Users or rules were replaced. */
  review (): void {
    for (const connection of this.#connections) connection.review()
  }

  /** Ends connections; what is owed to them goes out first, within the time. */
  async dismiss (those: readonly DeviceConnection[], timeoutMs: number, { reasonCode, serverReference }: Farewell): Promise<void> {
    const until = performance.now() + timeoutMs
    for (const connection of those) connection.quiesce()
    while (performance.now() < until && those.some(({ owed }) => owed > 0)) await look()
    for (const connection of those) connection.close(reasonCode, '', serverReference)
  }

  /** The last bytes of each go out, or its time to take them ends. */
  async emptied (): Promise<void> {
    while (this.#connections.size > 0) await look()
  }
}

async function look (): Promise<void> {
  await new Promise(resolve => setTimeout(resolve, LOOK_MS))
}
