/** The packet identifiers 1 … window of one connection: which are free, and what stands behind those that are not. */
const FREE = 0
const SENT = 1
const RELEASED = 2

export class InFlight {
  readonly sequences: Uint32Array
  readonly #state: Uint8Array
  readonly #free: Uint16Array
  #freeCount: number

  /** @param window  65,535 at most */
  constructor (window: number) {
    this.sequences = new Uint32Array(window + 1)
    this.#state = new Uint8Array(window + 1)
    this.#free = new Uint16Array(window)
    this.#freeCount = window
    for (let i = 0; i < window; i++) this.#free[i] = window - i
  }

  get free (): number { return this.#freeCount }
  get used (): number { return this.#free.length - this.#freeCount }

  /** Takes an identifier for `sequence`; there must be a free one. */
  take (sequence: number): number {
    const id = this.#free[--this.#freeCount] as number
    this.#state[id] = SENT
    this.sequences[id] = sequence
    return id
  }

  /** PUBREC came: the message is the other side's now. */
  release (id: number): boolean {
    if (this.#state[id] !== SENT) return false
    this.#state[id] = RELEASED
    return true
  }

  /** PUBACK or PUBCOMP came. @returns false when it answers nothing */
  done (id: number): boolean {
    if (this.#state[id] === undefined || this.#state[id] === FREE) return false
    this.#state[id] = FREE
    this.#free[this.#freeCount++] = id
    return true
  }

  /** Identifiers whose message the other side has not taken, in the order they were sent. */
  unanswered (): number[] {
    const ids: number[] = []
    for (let id = 1; id < this.#state.length; id++) if (this.#state[id] === SENT) ids.push(id)
    return ids.sort((a, b) => (this.sequences[a] ?? 0) - (this.sequences[b] ?? 0))
  }

  /** Identifiers that wait for PUBCOMP alone. */
  released (): number[] {
    const ids: number[] = []
    for (let id = 1; id < this.#state.length; id++) if (this.#state[id] === RELEASED) ids.push(id)
    return ids
  }
}
