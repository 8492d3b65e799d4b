/**
 * The direct way of QoS 0: the frames of a device's PUBLISH are copied to those who take them as they are, without the keeper
 * of sessions, to whom each delivery is an object, a turn of the event loop and an encoding (11 µs; docs/design/hot-path.md).
 * What is not plain goes the long way, for all: local-sessions.ts.
 */
import { groupOfName } from '../mqtt/first-level.ts'
import { FirstLevelCounts } from '../mqtt/first-level-counts.ts'
import type { PublishView } from '../mqtt/publish-view.ts'
import type { DirectWay } from '../relay/direct-way.ts'
import type { TopicEntry } from '../relay/relay.ts'
import type { LocalInterest, Subscriber } from './local-interest.ts'
import { MAX_LOCAL_LEVELS, levelsOf } from './local-levels.ts'
import { PublishFrame } from './publish-frame.ts'
import type { SessionOwner, Takings } from './session-port.ts'
import { type TakersSource, TopicTakers } from './topic-takers.ts'
import type { UnderWay } from './under-way.ts'

/** A topic with more takers has a place among the wide ones; with fewer, what is known of it is as large as the rest of its entry. */
const WIDE = 16
/** Takers that all wide topics may have together; beyond, the oldest are worked out again at their next message. */
const MAX_WIDE_TAKERS = 131_072

export class LocalTakers implements TakersSource {
  readonly frame: PublishFrame = new PublishFrame()
  readonly #interest: LocalInterest
  readonly underWay: UnderWay
  readonly versions: FirstLevelCounts = new FirstLevelCounts()
  /** Whose a subscriber of the emitter is. */
  readonly #owners = new WeakMap<Subscriber, SessionOwner>()
  /** In the order in which they were worked out, with their takers. */
  readonly #wide = new Map<TopicTakers, number>()
  #wideTakers = 0

  constructor (interest: LocalInterest, underWay: UnderWay) {
    this.#interest = interest
    this.underWay = underWay
    interest.onSubscriber(filter => this.changed(filter))
  }

  /** Kept by the entry from now on. @param view a message of the topic */
  wayOf (entry: TopicEntry, { bytes, topicStart, topicEnd }: PublishView): DirectWay {
    entry.direct ??= new TopicTakers(this, entry.name, groupOfName(bytes, topicStart, topicEnd))
    return entry.direct
  }

  /** This subscriber of the emitter belongs to a session: it has been made for the filter. */
  belongs (filter: string, subscriber: Subscriber, owner: SessionOwner): void {
    if (this.#owners.get(subscriber) === owner) return
    this.#owners.set(subscriber, owner)
    this.changed(filter)
  }

  /** Somebody's subscription to this filter has come, gone or changed. */
  changed (filter: string): void {
    this.versions.add(filter)
  }

  addTakers (topic: string, takings: Takings): boolean {
    const subscribers = levelsOf(topic) > MAX_LOCAL_LEVELS ? null : this.#interest.devicesOf(topic)
    if (subscribers === null) return false
    const owners = new Set<SessionOwner>()
    for (const subscriber of subscribers) {
      const owner = this.#owners.get(subscriber)
      if (owner === undefined) return false // a shared group, or it is just being made
      owners.add(owner)
    }
    for (const owner of owners) if (!owner.addTaker(topic, takings)) return false
    return true
  }

  found (way: TopicTakers, count: number): void {
    this.#wideTakers -= this.#wide.get(way) ?? 0
    this.#wide.delete(way)
    if (count <= WIDE) return
    this.#wide.set(way, count)
    this.#wideTakers += count
    for (const [oldest, its] of this.#wide) {
      if (this.#wideTakers <= MAX_WIDE_TAKERS || oldest === way) return
      this.#wide.delete(oldest)
      this.#wideTakers -= its
      oldest.forget()
    }
  }
}
