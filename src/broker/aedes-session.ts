/** One of Aedes's sessions as its connection uses it. */
import type { Done, Qos, Session, Subscription } from './session-port.ts'
import type { SessionStore } from './session-store.ts'

/** The part of Aedes's client that is used. */
export interface SessionClient {
  readonly id: string
  readonly clean: boolean
  subscribe (packet: { subscriptions: { topic: string, qos: Qos, nl: boolean, rap: boolean }[] }, done: (error?: Error) => void): void
  unsubscribe (packet: { cmd: 'unsubscribe', unsubscriptions: string[] }, done: (error?: Error) => void): void
}

export class AedesSession implements Session {
  readonly clientId: string
  readonly clean: boolean
  readonly #client: SessionClient
  readonly #store: SessionStore

  constructor (client: SessionClient, store: SessionStore) {
    this.clientId = client.id
    this.clean = client.clean
    this.#client = client
    this.#store = store
  }

  subscribe (subscriptions: readonly Subscription[], done: Done): void {
    // without a packet identifier Aedes writes no SUBACK: that is the connection's
    const asked = subscriptions.map(({ filter, qos, bridge }) => ({ topic: filter, qos, nl: bridge, rap: bridge }))
    this.#client.subscribe({ subscriptions: asked }, error => done(error ?? null))
  }

  unsubscribe (filters: readonly string[], done: Done): void {
    // without a packet identifier Aedes leaves the store as it is
    const forgotten = this.clean ? Promise.resolve() : this.#store.removeSubscriptions({ id: this.clientId }, filters)
    forgotten.then(() => this.#client.unsubscribe({ cmd: 'unsubscribe', unsubscriptions: [...filters] }, error => done(error ?? null)), done)
  }
}
