/**
 * The message on which a remote ends the link again and again. A remote of 3.1.1 that does not take a message can do nothing else, and would get it
 * first of all on every connection. Suspected is the oldest message that is under way when the remote ends the link, time after time; then it goes out
 * alone, on a link that has lived for a while without it. When the remote ends that as well, it is this message. HOT.
 */
import type { Isolated, Isolation } from './isolation.ts'
import { type Lane, MessageState } from './lane.ts'
import { SendPause } from './send-pause.ts'

export interface SuspectOptions {
  /** So many links must end on a message before it is tried alone; 0: none ever is. */
  readonly most: number
  /** Calls when the link has lived for a while without it; the answer prevents that. */
  readonly lives: (goOn: () => void) => () => void
}

/** While it may still be among those that were under way, as their acknowledgements may have been lost with the link. */
const FEW = 8

export class Suspect implements Isolated {
  readonly #lane: Lane
  readonly #most: number
  readonly #isolation: Isolation
  readonly #trial: SendPause
  readonly #inFlight: () => number
  #sequence = -1
  #strikes = 0
  /** So many make a trial: {@link SuspectOptions.most}, and one where the message before it was the one. */
  #needed: number
  /** End of what was under way each time. */
  #end = 0
  /** The one that was tried is not it: it may be one behind it, up to the end. */
  #hunts = false

  /**
   * @param options null: nothing is ever suspected
   * @param changed told when the suspected message may go
   */
  constructor (lane: Lane, options: SuspectOptions | null, isolation: Isolation, inFlight: () => number, changed: () => void) {
    this.#lane = lane
    this.#most = this.#needed = options?.most ?? 0
    this.#isolation = isolation
    this.#trial = new SendPause(options?.lives ?? (() => () => {}), changed)
    this.#inFlight = inFlight
    isolation.join(this)
  }

  get underWay (): number { return this.#inFlight() }

  get wantsAlone (): boolean {
    return this.#strikes !== 0 && this.#strikes >= this.#needed && this.#sequence >= this.#lane.head && this.#lane.stateOf(this.#sequence) !== MessageState.SETTLED
  }

  /** A connection is up. */
  open (): void {
    this.#trial.end()
    if (this.wantsAlone) this.#trial.begin()
  }

  /** May this message go out, as far as suspicion goes? */
  mayGo (sequence: number): boolean {
    if (!this.#isolation.admits(this)) return false
    if (this.wantsAlone) return sequence < this.#sequence || (sequence === this.#sequence && !this.#trial.isOn && this.#isolation.isStill)
    if (this.#strikes !== 0 && this.#strikes >= this.#needed) this.#acquit()
    if (this.#hunts && this.#lane.head >= this.#end) this.#hunts = false
    return !this.#hunts || this.#inFlight() < FEW
  }

  #acquit (): void {
    this.#strikes = 0
    this.#needed = this.#most
    this.#hunts = true
  }

  /**
   * The connection is gone.
   * @param blames the remote has ended it, and not said that the reason is another
   * @param sentTo end of what was sent on it
   * @returns the sequence of the message that it is; -1: not known
   */
  broken (blames: boolean, sentTo: number): number {
    const wasAlone = this.wantsAlone && !this.#trial.isOn
    this.#trial.end()
    const sequence = blames && this.#most !== 0 ? this.#oldestSent(sentTo) : -1
    if (sequence < 0) return -1
    if (wasAlone && sequence === this.#sequence) return this.#convict()
    this.#accuse(sequence, sentTo)
    return -1
  }

  #accuse (sequence: number, sentTo: number): void {
    const isHunted = this.#hunts && sequence < this.#end
    if (!isHunted && sequence !== this.#sequence) {
      this.#strikes = 0
      this.#end = sentTo
    }
    this.#strikes = isHunted ? this.#needed : this.#strikes + 1
    this.#sequence = sequence
    this.#end = Math.min(this.#end, sentTo)
    this.#hunts = false
  }

  /** What was under way beside it is innocent; and where there is one such message, the next is not far. */
  #convict (): number {
    this.#strikes = 0
    this.#needed = 1
    return this.#sequence
  }

  /** The oldest PUBLISH that was sent on this connection and not answered; -1: there is none. */
  #oldestSent (sentTo: number): number {
    const lane = this.#lane
    for (let sequence = lane.head; sequence < sentTo; sequence++) {
      if (lane.stateOf(sequence) === MessageState.SENT) return sequence
    }
    return -1
  }
}
