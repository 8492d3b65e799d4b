/**
 * What a device has to show to get a session, and what there was of that session before: a new one, or one that goes on
 * [MQTT-3.1.2-4] [MQTT-3.1.2-6].
 */
import { reasonOf } from '../../errors.ts'
import type { BrokerCounters } from '../../metrics/broker-counters.ts'
import type { Credentials } from '../auth/rights.ts'
import type { PeerInfo } from '../listener/peer-info.ts'
import type { RepeatedLines } from '../repeated-lines.ts'
import type { SessionStore } from '../session-store.ts'
import type { DelayedWills } from '../v5/delayed-wills.ts'
import type { SessionTerms } from '../v5/session-terms.ts'
import type { Introduction } from './connect-door.ts'
import type { InboundQos2 } from './inbound-qos2.ts'

export interface SessionEntrySurroundings {
  readonly counters: BrokerCounters
  readonly lines: RepeatedLines
  readonly hasRoomFor: (clientId: string) => boolean
  readonly store: SessionStore
  readonly wills: DelayedWills
  readonly inboundQos2: Pick<InboundQos2, 'has'>
}

export class SessionEntry {
  readonly #around: SessionEntrySurroundings
  readonly #peer: PeerInfo
  readonly #request: Introduction['request']
  /** MQTT 5; null before. */
  readonly #terms: SessionTerms | null

  constructor (around: SessionEntrySurroundings, peer: PeerInfo, { request, five }: Introduction) {
    this.#around = around
    this.#peer = peer
    this.#request = request
    this.#terms = five?.session ?? null
  }

  /** @param username of CONNECT; empty also where MQTT 5 said a password alone */
  credentials (clientId: string, username: string | null, password: Buffer | null): Credentials {
    const { address, port, certificate } = this.#peer
    const { level } = this.#request
    const proven = this.#terms?.proof?.user ?? null
    if (proven !== null) return { clientId, username: proven.username, password: null, proven, address, port, level, certificate }
    // MQTT 5 allows a password alone; the keeper of sessions was given an empty name with it
    const name = username === '' && password !== null && this.#terms !== null ? this.#request.username : username
    return { clientId, username: name, password, address, port, level, certificate }
  }

  /** Will there be something of it when the connection is over? */
  get isStored (): boolean {
    return this.#terms === null ? !this.#request.cleanSession : this.#terms.expiryMs > 0
  }

  /** Is there a place for what will be left of the session when its connection is over? */
  hasRoom (clientId: string): boolean {
    return !this.isStored || this.#around.hasRoomFor(clientId)
  }

  /** The session is this connection's from now on. @returns there was one, and it goes on [MQTT-3.2.2-2]; null: there is no room for it */
  enter (clientId: string): boolean | null {
    const { store, wills, counters, inboundQos2, lines } = this.#around
    const fresh = this.#request.cleanSession
    // of 3.1.1 open QoS 2 handshakes alone are a session: one that hears it is gone begins anew, and its new messages must be taken
    const isOpen = this.#terms === null && !fresh && inboundQos2.has(clientId)
    wills.settle(clientId, fresh) // [MQTT-3.1.3-9]
    try {
      return store.enter(clientId, { fresh, expiryMs: this.#terms?.expiryMs ?? null }) || isOpen
    } catch (thrown) {
      counters.connectsRefused++
      lines.warn('sessions', { clientId, cause: reasonOf(thrown) }, 'refused a device: there is no room for its session')
      return null
    }
  }
}
