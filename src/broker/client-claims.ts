/**
 * One living connection per client id [MQTT-3.1.4-2]: who comes later, and is authenticated, takes the place of who was
 * there, and waits until that one's session is let go of. Claims of one id form a chain, so that two which come at the
 * same instant can not both win.
 */

export interface Claimant {
  /** Another connection with this client id has come: end. */
  giveWay (): void
}

export interface Claim {
  /** Resolves when the claimant is the only one: true when it took the place of another. */
  readonly alone: Promise<boolean>
  /** The claimant's session is let go of, or it never came to have one. */
  release (): void
}

export class ClientClaims {
  /** The latest claim of each id. */
  readonly #claims = new Map<string, { readonly claimant: Claimant, readonly over: Promise<void> }>()

  claim (clientId: string, claimant: Claimant): Claim {
    const earlier = this.#claims.get(clientId)
    let end = (): void => {}
    const over = new Promise<void>(resolve => { end = resolve })
    const claim = { claimant, over }
    this.#claims.set(clientId, claim)
    earlier?.claimant.giveWay()
    return {
      alone: earlier === undefined ? Promise.resolve(false) : earlier.over.then(() => true),
      release: () => {
        if (this.#claims.get(clientId) === claim) this.#claims.delete(clientId)
        end()
      }
    }
  }
}
