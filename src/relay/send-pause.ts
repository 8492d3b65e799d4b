/** Nothing new goes out for a while, since the remote has put messages off. */
export class SendPause {
  readonly #after: (goOn: () => void) => () => void
  readonly #changed: () => void
  #cancel: (() => void) | null = null

  /**
   * @param after calls after a while; its answer prevents that
   * @param changed told when it is over
   */
  constructor (after: (goOn: () => void) => () => void, changed: () => void) {
    this.#after = after
    this.#changed = changed
  }

  get isOn (): boolean { return this.#cancel !== null }

  /** What comes while it is on makes it no longer. */
  begin (): void {
    this.#cancel ??= this.#after(() => {
      this.#cancel = null
      this.#changed()
    })
  }

  end (): void {
    this.#cancel?.()
    this.#cancel = null
  }
}
