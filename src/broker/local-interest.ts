/**
 * The exact view of who wants a topic here: live subscriptions as the emitter has them, and those of stored sessions as
 * the store has them. Aedes's events would miss restored, offline and wiped sessions; this sees each change at its source.
 */
import mqemitter, { type MQEmitter, type Message } from 'mqemitter'
import { groupOfName } from '../mqtt/first-level.ts'
import { FirstLevelCounts } from '../mqtt/first-level-counts.ts'
import { sharedFilter } from '../mqtt/topic-filter.ts'
import { isServerTopic } from '../mqtt/topic-name.ts'
import type { DeviceFilters } from '../relay/device-filters.ts'
import type { LocalInterest as RelayInterest } from '../relay/local-interest.ts'
import { FilterHolders } from './filter-holders.ts'

export type Subscriber = (message: Message, done: () => void) => void

/** Told by the session store, before the promise of the change settles. */
export interface StoredInterest {
  /** A stored session has this subscription now; telling it again changes nothing. */
  stored (clientId: string, filter: string): void
  dropped (clientId: string, filter: string): void
}

export class LocalInterest implements RelayInterest, StoredInterest {
  /** The emitter between publishers and live subscribers. Its `concurrency` is 0: one that stops reading stalls nobody. */
  readonly emitter: MQEmitter
  readonly #firstLevels = new FirstLevelCounts()
  readonly #live = new FilterHolders<Subscriber>(this.#firstLevels)
  readonly #stored = new FilterHolders<string>(this.#firstLevels)
  /** Those who tell others of messages, and are no devices. */
  readonly #observing = new FilterHolders<Subscriber>(this.#firstLevels)
  readonly #observers = new WeakSet<Subscriber>()
  readonly #listeners = new Set<() => void>()
  #changed: (filter: string) => void = () => {}
  #subscriber: (filter: string) => void = () => {}
  /** Live and stored ones. */
  readonly devices: DeviceFilters = {
    list: () => this.#deviceFilters(),
    onChange: call => {
      this.#listeners.add(call)
      return () => { this.#listeners.delete(call) }
    }
  }

  constructor () {
    this.emitter = this.#watch(mqemitter({ concurrency: 0, matchEmptyLevels: true }))
  }

  wants (topic: string): boolean {
    return this.#live.any(topic) || this.#stored.any(topic) || this.#observing.any(topic)
  }

  mayWant (bytes: Uint8Array, start: number, end: number): boolean {
    return this.#firstLevels.of(groupOfName(bytes, start, end)) !== 0
  }

  /** A stored session wants it, whether its device is here or away. */
  isStored (topic: string): boolean {
    return this.#stored.any(topic)
  }

  /** Live subscribers of the topic, some perhaps by several filters; null: somebody wants it who is no device. */
  devicesOf (topic: string): readonly Subscriber[] | null {
    return this.#observing.any(topic) ? null : this.#live.of(topic)
  }

  onChange (call: (filter: string) => void): void {
    this.#changed = call
  }

  /** Calls with the filter of each live subscriber that comes or goes, be it the first one or not. One listener. */
  onSubscriber (call: (filter: string) => void): void {
    this.#subscriber = call
  }

  /** This subscriber is no device. Called before it subscribes. */
  observes (subscriber: Subscriber): void {
    this.#observers.add(subscriber)
  }

  stored (clientId: string, filter: string): void {
    const shared = sharedFilter(filter)
    if (shared !== null) return this.stored(holderOfShared(clientId, filter), shared.filter)
    if (!isServerTopic(filter) && this.#stored.hold(filter, clientId)) this.#deviceChange(filter)
  }

  dropped (clientId: string, filter: string): void {
    const shared = sharedFilter(filter)
    if (shared !== null) return this.dropped(holderOfShared(clientId, filter), shared.filter)
    if (this.#stored.drop(filter, clientId)) this.#deviceChange(filter)
  }

  /** Live subscriptions are seen where they are made, whoever makes them. */
  #watch (emitter: MQEmitter): MQEmitter {
    const on = emitter.on.bind(emitter)
    const removeListener = emitter.removeListener.bind(emitter)
    emitter.on = (filter, subscriber, done) => {
      // what the broker says of itself is not a device's or a bridge's to publish: nobody asks for it here
      if (!isServerTopic(filter)) this.#held(filter, subscriber)
      return on(filter, subscriber, done)
    }
    emitter.removeListener = (filter, subscriber, done) => {
      // the emitter lets go of it in a later turn and calls back then: until that moment it is still wanted
      removeListener(filter, subscriber, () => {
        this.#let(filter, subscriber)
        done?.()
      })
    }
    return emitter
  }

  #held (filter: string, subscriber: Subscriber): void {
    if (this.#observers.has(subscriber)) {
      if (this.#observing.hold(filter, subscriber)) this.#changed(filter)
    } else if (this.#live.hold(filter, subscriber)) this.#deviceChange(filter)
    this.#subscriber(filter)
  }

  #let (filter: string, subscriber: Subscriber): void {
    if (this.#observing.drop(filter, subscriber)) this.#changed(filter)
    else if (this.#live.drop(filter, subscriber)) this.#deviceChange(filter)
    this.#subscriber(filter)
  }

  #deviceChange (filter: string): void {
    this.#changed(filter)
    for (const listener of this.#listeners) listener()
  }

  * #deviceFilters (): Iterable<string> {
    yield * this.#live.filters()
    for (const filter of this.#stored.filters()) if (!this.#live.has(filter)) yield filter
  }
}

/** A session may hold the same filter for itself and in groups. No client id holds U+0000 [MQTT-1.5.3-2]. */
function holderOfShared (clientId: string, filter: string): string {
  return `${clientId}\u0000${filter}`
}
