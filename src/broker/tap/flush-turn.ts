/** Writes what was gathered during a turn of the event loop at its end: one write a connection, one callback for all. */

export interface Flushable {
  flush (): void
}

export class FlushTurn {
  #due: Flushable[] = []
  readonly #run = (): void => {
    const due = this.#due
    this.#due = []
    for (const one of due) one.flush()
  }

  add (one: Flushable): void {
    if (this.#due.push(one) === 1) setImmediate(this.#run)
  }
}
