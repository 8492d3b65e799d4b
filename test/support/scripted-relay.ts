/** A Relay with one bridge that does what the test says: it takes topics below `up/`, is full or not, and makes safe when told. */
import type { PublishView } from '../../src/mqtt/publish-view.ts'
import { isSystemTopic } from '../../src/mqtt/topic-name.ts'
import type { LocalInterest } from '../../src/relay/local-interest.ts'
import type { Receipts } from '../../src/relay/receipts.ts'
import type { Origin } from '../../src/relay/origin.ts'
import { Admission, type Relay, type TopicEntry } from '../../src/relay/relay.ts'

export interface Admitted {
  readonly topic: string
  readonly payload: string
  readonly qos: number
  readonly from: string | null
}

export class ScriptedRelay implements Relay {
  readonly admitted: Admitted[] = []
  /** Refuses every offer while true. */
  full = false
  /** Takes messages without making them safe, while true. */
  holds = false
  readonly #interest: LocalInterest
  readonly #held: (() => void)[] = []
  #waiting = new Set<() => void>()

  constructor (interest: LocalInterest) {
    this.#interest = interest
  }

  get waiting (): number { return this.#waiting.size }

  lookup (bytes: Buffer, start: number, end: number): TopicEntry {
    const name = bytes.toString('utf8', start, end)
    return { name, valid: true, fault: null, system: isSystemTopic(name), bridged: name.startsWith('up/'), local: this.#interest.wants(name), routes: [], generation: 0, direct: null }
  }

  isOwn (): boolean { return false }

  // eslint-disable-next-line max-params -- the Relay's seam
  admit (entry: TopicEntry, view: PublishView, origin: Origin, receipts: Receipts | null, slot: number): Admission {
    if (this.full) return Admission.FULL
    this.admitted.push({ topic: entry.name, payload: view.bytes.toString('utf8', view.payloadStart, view.end), qos: view.qos, from: origin.bridge })
    if (this.holds && receipts !== null) {
      receipts.hold(slot)
      this.#held.push(() => receipts.release(slot))
    }
    return Admission.TAKEN
  }

  complete (): void {}

  forget (): void {}

  whenRoom (call: () => void): void {
    this.#waiting.add(call)
  }

  stopWaiting (call: () => void): void {
    this.#waiting.delete(call)
  }

  /** There is room again. */
  makeRoom (): void {
    this.full = false
    const calls = this.#waiting
    this.#waiting = new Set()
    for (const call of calls) call()
  }

  /** Messages taken so far are safe now: all of them, or so many from `first` on among those that are not. */
  makeSafe (first = 0, count = Infinity): void {
    for (const release of this.#held.splice(first, count)) release()
  }
}

/** A scripted relay for a broker that is still to be started. */
export function relayOf (): { make: (interest: LocalInterest) => Relay, readonly now: ScriptedRelay } {
  let made: ScriptedRelay | undefined
  return {
    make: interest => (made = new ScriptedRelay(interest)),
    get now (): ScriptedRelay {
      if (made === undefined) throw new Error('the broker has not been started')
      return made
    }
  }
}
