/** Messages of QoS 2 for which PUBREC came and whose PUBREL waits until the journal has noted it: in the order of the notes. HOT. */
import { QOS_2_IDS } from './packet-ids.ts'

/** No more can be under way, so that none is ever without a place. */
const MASK = QOS_2_IDS - 1

export class PendingReleases {
  readonly #sequences = new Float64Array(QOS_2_IDS)
  readonly #notes = new Float64Array(QOS_2_IDS)
  #head = 0
  #tail = 0

  /** @param note number of the journal's record */
  add (sequence: number, note: number): void {
    this.#sequences[this.#tail & MASK] = sequence
    this.#notes[this.#tail & MASK] = note
    this.#tail++
  }

  /** Some are noted for good, the journal being safe up to `durable`. */
  ready (durable: number): boolean {
    return this.#head !== this.#tail && (this.#notes[this.#head & MASK] as number) <= durable
  }

  /** The sequence of the first; {@link ready} has said yes. */
  take (): number {
    return this.#sequences[this.#head++ & MASK] as number
  }

  /** The remote has no session any more: they begin anew. */
  clear (): void {
    this.#head = this.#tail
  }
}
