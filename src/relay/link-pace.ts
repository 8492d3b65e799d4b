/** Whether a link takes as much in a quarter of a second as may wait for it at once: then more would only wait longer. HOT. */

/** In which it has to have taken that, and for how long that says something. */
export const PACE_MS = 250

export class LinkPace {
  readonly #bytes: number
  /** Since when is counted, what had gone by then, and until when it is known to keep pace. Milliseconds. */
  #since = -Infinity
  #gone = 0
  #until = -Infinity

  /** @param bytes what may wait at once */
  constructor (bytes: number) {
    this.#bytes = bytes
  }

  /** Acknowledgements have been read. @param gone bytes that the remote has, in all */
  note (gone: number, now: number): void {
    const enough = gone - this.#gone >= this.#bytes
    const late = now - this.#since > PACE_MS
    if (!enough && !late) return
    if (!late) this.#until = now + PACE_MS
    this.#since = now
    this.#gone = gone
  }

  /** For how many more milliseconds it is known to keep pace; 0 or less: it is not. */
  leftMs (now: number): number { return this.#until - now }
}
