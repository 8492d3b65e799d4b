/** Tells who follows devices of one: that it came or was refused, and, if it came, that it is gone. */
import type { ConnectRequest } from '../../mqtt/connect.ts'
import type { DeviceEvents, DeviceIdentity } from '../device-events.ts'
import type { PeerInfo } from '../listener/peer-info.ts'

/** What its session knows of it by then. */
export interface Named {
  readonly clientId: string
  readonly username: string | null
}

export class Presence {
  readonly #devices: DeviceEvents
  readonly #request: ConnectRequest
  readonly #peer: PeerInfo
  readonly #named: Named
  #isThere = false
  /** It has said DISCONNECT. */
  orderly = false

  constructor (devices: DeviceEvents, request: ConnectRequest, peer: PeerInfo, named: Named) {
    this.#devices = devices
    this.#request = request
    this.#peer = peer
    this.#named = named
  }

  came (): void {
    this.#isThere = true
    this.#devices.tell({ kind: 'connected', device: this.#identity })
  }

  refused (returnCode: number): void {
    this.#devices.tell({ kind: 'refused', device: this.#identity, returnCode })
  }

  gone (): void {
    if (!this.#isThere) return
    this.#isThere = false
    this.#devices.tell({ kind: 'disconnected', device: this.#identity, orderly: this.orderly })
  }

  get #identity (): DeviceIdentity {
    const { level, keepAlive, cleanSession } = this.#request
    const { clientId, username } = this.#named
    return { clientId, username, level, keepAlive, cleanSession, address: this.#peer.address }
  }
}
