/** Who takes the messages of one topic as they are; worked out again when subscriptions that may match it, or rights, have changed. HOT. */
import type { PublishView } from '../mqtt/publish-view.ts'
import { Direct, type DirectWay } from '../relay/direct-way.ts'
import type { FirstLevelCounts } from '../mqtt/first-level-counts.ts'
import type { PublishFrame } from './publish-frame.ts'
import type { Taker, Takings } from './session-port.ts'
import type { UnderWay } from './under-way.ts'

/** What it asks of the broker. */
export interface TakersSource {
  readonly frame: PublishFrame
  /** Of who takes messages, by group of topics. */
  readonly versions: FirstLevelCounts
  readonly underWay: UnderWay
  /** Adds everybody who takes messages of the topic; false: some have to have them the long way, and so all. */
  addTakers (topic: string, takings: Takings): boolean
  /** The way has found so many. */
  found (way: TopicTakers, count: number): void
}

const NOBODY: readonly Taker[] = Object.freeze([])

export class TopicTakers implements DirectWay, Takings {
  readonly #source: TakersSource
  readonly #topic: string
  readonly #group: number
  /** Of when it was worked out; -1: it is to be. */
  #version = -1
  #takers: readonly Taker[] = NOBODY
  /** What is being found. */
  #found: Taker[] = []
  /** Client ids that do not want what they publish themselves. */
  #noLocal: Set<string> | null = null
  #isPlain = false

  constructor (source: TakersSource, topic: string, group: number) {
    this.#source = source
    this.#topic = topic
    this.#group = group
  }

  give (view: PublishView, publisher: string, generation: number): Direct {
    const { versions, underWay, frame } = this.#source
    const version = versions.of(this.#group) + generation // both only grow
    if (version !== this.#version) this.#workOut(version)
    if (!this.#isPlain || this.#noLocal?.has(publisher) === true) return Direct.LONG
    const takers = this.#takers
    if (takers.length === 0) return Direct.GIVEN
    // what went the long way before must not be overtaken: neither a message of this publisher, nor one for a taker alone
    if (underWay.any) {
      if (underWay.has(publisher)) return Direct.BEHIND
      for (const taker of takers) if (underWay.isFor(taker.clientId)) return Direct.LONG
    }
    if (!frame.begin(view)) return Direct.LONG
    for (let i = 0; i < takers.length; i++) (takers[i] as Taker).take(frame)
    return Direct.GIVEN
  }

  add (taker: Taker, noLocal: boolean): void {
    this.#found.push(taker)
    if (noLocal) (this.#noLocal ??= new Set()).add(taker.clientId)
  }

  /** Lets go of whom it has found. */
  forget (): void {
    this.#version = -1
    this.#takers = NOBODY
    this.#noLocal = null
  }

  #workOut (version: number): void {
    this.#found = []
    this.#noLocal = null
    this.#isPlain = this.#source.addTakers(this.#topic, this)
    this.#takers = this.#isPlain ? this.#found : NOBODY
    this.#found = []
    this.#version = version
    this.#source.found(this, this.#takers.length)
  }
}
