/** The store of sessions and retained messages as the broker uses it, in memory and with room enough. */
import type { LocalInterest } from '../../src/broker/local-interest.ts'
import { SessionStore } from '../../src/broker/persistence/session-store.ts'
import { storeOptions } from './session-store.ts'

export function memoryStore (interest: LocalInterest): SessionStore {
  return new SessionStore(storeOptions({ interest }))
}
