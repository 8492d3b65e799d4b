/** Who came, was refused and went, for those who run the edge. Whoever follows is called in the turn in which it happens, and must return at once. */

export interface DeviceIdentity {
  readonly clientId: string
  readonly username: string | null
  /** Protocol level of its CONNECT: 3 for MQTT 3.1, 4 for 3.1.1, 5 for 5.0. */
  readonly level: number
  /** Seconds, as its CONNECT asked for. */
  readonly keepAlive: number
  readonly cleanSession: boolean
  /** The peer's IP address. */
  readonly address: string
}

export type DeviceEvent = { readonly device: DeviceIdentity } & (
  | { readonly kind: 'connected' }
  /** CONNECT was well-formed and is answered with another code than 0. */
  | { readonly kind: 'refused', readonly returnCode: number }
  /** @property orderly it has said DISCONNECT; else the connection was lost or ended by us */
  | { readonly kind: 'disconnected', readonly orderly: boolean }
)

export class DeviceEvents {
  readonly #followers = new Set<(event: DeviceEvent) => void>()

  /** Calls with each event from now on; the answer ends that. */
  follow (call: (event: DeviceEvent) => void): () => void {
    this.#followers.add(call)
    return () => { this.#followers.delete(call) }
  }

  tell (event: DeviceEvent): void {
    for (const call of this.#followers) call(event)
  }
}
