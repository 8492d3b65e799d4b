/** Aedes's own memory store with what the broker needs on top; the real one is tested elsewhere. */
import { createRequire } from 'node:module'
import type { StoredInterest } from '../../src/broker/local-interest.ts'
import type { Done } from '../../src/broker/session-port.ts'
import type { SessionStore } from '../../src/broker/session-store.ts'

const load = createRequire(import.meta.url)

interface Identified { readonly id: string }
interface Asked { readonly topic: string, readonly qos: number }
interface Queued { messageId?: number, brokerId?: string, brokerCounter?: number }

type Base = new () => {
  addSubscriptions (client: Identified, subscriptions: readonly Asked[]): Promise<void>
  removeSubscriptions (client: Identified, filters: readonly string[]): Promise<void>
  subscriptionsByClient (client: Identified): Promise<{ topic: string }[]>
  cleanSubscriptions (client: Identified): Promise<void>
  outgoingClearMessageId (client: Identified, packet: Queued): Promise<unknown>
} & Omit<SessionStore, 'removeSubscriptions' | 'settled' | 'hasRoomFor'>

export function memoryStore (interest: StoredInterest): SessionStore {
  const Memory = load('aedes-persistence/asyncPersistence.js') as Base // its types are not where TypeScript looks
  class MemoryStore extends Memory implements SessionStore {
    hasRoomFor (): boolean { return true }

    override addSubscriptions (client: Identified, subscriptions: readonly Asked[]): Promise<void> {
      for (const { topic, qos } of subscriptions) {
        if (qos > 0) interest.stored(client.id, topic)
        else interest.dropped(client.id, topic)
      }
      return super.addSubscriptions(client, subscriptions)
    }

    override removeSubscriptions (client: Identified, filters: readonly string[]): Promise<void> {
      for (const filter of filters) interest.dropped(client.id, filter)
      return super.removeSubscriptions(client, filters)
    }

    override async cleanSubscriptions (client: Identified): Promise<void> {
      for (const { topic } of await this.subscriptionsByClient(client)) interest.dropped(client.id, topic)
      return super.cleanSubscriptions(client)
    }

    settled (done: Done): void {
      done(null)
    }
  }
  return new MemoryStore()
}
