/**
 * The right of one lane to have one message under way and nothing else on the whole link: so that when the link ends, it is known on what.
 * Shared by the lanes of an outbox; QoS 0 waits meanwhile.
 */

/** A lane that may want the link for itself. */
export interface Isolated {
  /** It has a message that is to be alone. */
  readonly wantsAlone: boolean
  /** Messages that it has under way. */
  readonly underWay: number
}

export class Isolation {
  readonly #lanes: Isolated[] = []
  #owner: Isolated | null = null

  join (lane: Isolated): void {
    this.#lanes.push(lane)
  }

  /** Some lane has the link for itself. */
  get on (): boolean { return this.#owner?.wantsAlone === true }

  /** May this lane send? Where it wants to be alone and no other does, it has the right from now on. */
  admits (lane: Isolated): boolean {
    if (this.#owner?.wantsAlone !== true) this.#owner = lane.wantsAlone ? lane : null
    return this.#owner === null || this.#owner === lane
  }

  /** Nothing is under way on the link. */
  get isStill (): boolean {
    for (const { underWay } of this.#lanes) if (underWay !== 0) return false
    return true
  }
}
