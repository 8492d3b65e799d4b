/** Cuts long work into slices, with a turn of the event loop between them: messages go on crossing while a large bundle of CAs is read. */
import { setImmediate as turn } from 'node:timers/promises'

/** A tenth of what a person at a switch would notice; one certificate takes 0.2 ms. */
const SLICE_MS = 4

export class Slices {
  #begun = performance.now()

  /** To be called after each piece: waits for a turn when the slice is used up. */
  async next (): Promise<void> {
    if (performance.now() - this.#begun < SLICE_MS) return
    await turn()
    this.#begun = performance.now()
  }
}
