/** The receiver's sessions by client id: what a bridge with a persistent session finds again after a cut. */
import type { HeldIds } from '../wire/traffic.ts'

/** A bridge is one client, with a take-over two; more is a target gone wrong. */
const MAX_SESSIONS = 10_000

export class SessionStore {
  readonly #sessions = new Map<string, HeldIds>()

  open (clientId: string, clean: boolean): { readonly held: HeldIds, readonly present: boolean } {
    const known = clean ? undefined : this.#sessions.get(clientId)
    if (known !== undefined) return { held: known, present: true }
    const held = new Uint8Array(65_536)
    this.#sessions.delete(clientId)
    if (!clean && this.#sessions.size < MAX_SESSIONS) this.#sessions.set(clientId, held)
    return { held, present: false }
  }
}
