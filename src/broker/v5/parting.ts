/** What DISCONNECT of MQTT 5 can change of a session, and how its connection ends with its will. */
import type { LimitsConfig } from '../../config/model.ts'
import type { SessionStore } from '../session-store.ts'
import type { Leaving } from './control-packets.ts'
import { expiryOf } from './introduction.ts'
import { type SessionTerms, msOf } from './session-terms.ts'

export interface PartingParts {
  readonly clientId: string
  readonly terms: SessionTerms
  readonly store: Pick<SessionStore, 'setExpiry'>
  readonly limits: LimitsConfig
  readonly host: { close (): void }
}

export class Parting implements Leaving {
  readonly #parts: PartingParts

  constructor (parts: PartingParts) {
    this.#parts = parts
  }

  expirySeconds (): number {
    return this.#parts.terms.expiryMs / 1000
  }

  setExpiry (seconds: number): void {
    const { terms, limits, store, clientId } = this.#parts
    terms.expiryMs = msOf(expiryOf(seconds, limits))
    store.setExpiry(clientId, terms.expiryMs)
  }

  leaveWithWill (): void {
    this.#parts.host.close()
  }
}
