/** Whose session it is that packet ids under way belong to. Each server keeps one of its own for a client id. */
export class KnownSession {
  #name: string | null = null
  readonly #one: boolean
  readonly #before: (name: string) => boolean | null

  /**
   * @param one there is no other session than one: also what a process before this one had under way belongs to it, where nobody remembers
   * @param before remembers: was it this session that a process before this one had? Null: not known
   */
  constructor (one: boolean, before: (name: string) => boolean | null = () => null) {
    this.#one = one
    this.#before = before
  }

  /** A connection was accepted. Does the remote go on with the session of the connection before? */
  resumes (name: string, present: boolean): boolean {
    const same = this.#name === null ? this.#before(name) ?? this.#one : name === this.#name
    this.#name = name
    return present && same
  }

  /** The session of the connection of now has this name, which is told only after it was accepted. */
  isNow (name: string): void {
    this.#name = name
  }
}
