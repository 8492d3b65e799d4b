/**
 * Holds back what came into an outbox after a certain moment, while the rest goes out: when the messages of a bridge are shared out
 * among its links in another way, what one link has of a client must be with the remote before another link sends what came later.
 */
import type { OutboxLane } from './outbox-lane.ts'

/** The last message of each lane at some moment: its number on disk, or its sequence in memory. */
export type Marks = readonly number[]

const NO_END = Infinity

export class Holding {
  readonly #lanes: readonly OutboxLane[]
  readonly #released: () => void
  #awaited: Marks = []
  #onPast: (() => void) | null = null
  /** Nothing is taken at all. */
  isShut = false

  /** @param released called when more may go out */
  constructor (lanes: readonly OutboxLane[], released: () => void) {
    this.#lanes = lanes
    this.#released = released
  }

  /** Those of now. */
  get marks (): Marks {
    const marks: number[] = []
    for (const lane of this.#lanes) marks.push(lane.mark)
    return marks
  }

  /** Someone waits for {@link whenPast}. */
  get isAwaited (): boolean { return this.#onPast !== null }

  /** What came after these waits from now on; null: nothing does. */
  holdAfter (marks: Marks | null): void {
    for (const [i, { sender }] of this.#lanes.entries()) sender.heldAfter = marks === null ? NO_END : marks[i] ?? -1
    this.#released()
  }

  isPast (marks: Marks): boolean {
    for (const [i, lane] of this.#lanes.entries()) if (!lane.isPast(marks[i] ?? -1)) return false
    return true
  }

  /** Calls once when all up to these is with the remote, or was given up; at once if that is so. Another call replaces it. */
  whenPast (marks: Marks, call: () => void): void {
    this.#awaited = marks
    this.#onPast = call
    this.tell()
  }

  /** Something may have been answered. */
  tell (): void {
    if (this.#onPast === null || !this.isPast(this.#awaited)) return
    const call = this.#onPast
    this.#onPast = null
    call()
  }

  /** Takes no offer, where publishers may be held, until `shut` is false again. */
  shut (shut: boolean): void {
    this.isShut = shut
    if (!shut) this.#released()
  }
}
