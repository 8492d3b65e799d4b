/** What stored sessions subscribe to at QoS 1 and 2, by filter: what QoS 0 asks for is not kept for who is away. */
import { FilterTrie } from '../../mqtt/filter-trie.ts'
import { isShared } from '../../mqtt/topic-filter.ts'
import type { Match, StoredSession, SubscriptionOptions } from './stored-session.ts'

/** Wants to know what stored sessions subscribe to at QoS 1 or 2, whether they are connected or not. Told before the change is answered. */
export interface OfflineInterest {
  /** Telling it again changes nothing. */
  stored (clientId: string, filter: string): void
  dropped (clientId: string, filter: string): void
}

export class KeptFilters {
  readonly #interest: OfflineInterest
  readonly #filters = new FilterTrie<Match>()
  /** To shared groups: who has it. */
  readonly #shared = new Map<string, Map<string, SubscriptionOptions>>()

  constructor (interest: OfflineInterest) {
    this.#interest = interest
  }

  /** How many there are, shared ones not counted. */
  get size (): number { return this.#filters.size }

  matching (topic: string): Match[] {
    return this.#filters.match(topic, [])
  }

  sharedFilters (): Iterable<string> { return this.#shared.keys() }

  sharedMembers (filter: string): ReadonlyMap<string, SubscriptionOptions> | undefined { return this.#shared.get(filter) }

  add (session: StoredSession, filter: string, options: SubscriptionOptions): void {
    if (options.qos === 0) return this.remove(session, filter)
    if (isShared(filter)) return this.#join(session, filter, options)
    const before = session.kept.get(filter)
    const { subscriptionIdentifier: _, ...match } = options
    const entry: Match = { clientId: session.id, topic: filter, ...match }
    session.kept.set(filter, entry)
    this.#filters.add(filter, entry)
    if (before !== undefined) this.#filters.remove(filter, before)
    this.#interest.stored(session.id, filter)
  }

  remove (session: StoredSession, filter: string): void {
    if (isShared(filter)) return this.#part(session, filter)
    const entry = session.kept.get(filter)
    if (entry === undefined) return
    session.kept.delete(filter)
    this.#filters.remove(filter, entry)
    this.#interest.dropped(session.id, filter)
  }

  #join (session: StoredSession, filter: string, options: SubscriptionOptions): void {
    const members = this.#shared.get(filter) ?? new Map<string, SubscriptionOptions>()
    this.#shared.set(filter, members.set(session.id, options))
    session.kept.set(filter, { clientId: session.id, topic: filter, qos: options.qos })
    this.#interest.stored(session.id, filter)
  }

  #part (session: StoredSession, filter: string): void {
    const members = this.#shared.get(filter)
    if (members?.delete(session.id) !== true) return
    if (members.size === 0) this.#shared.delete(filter)
    session.kept.delete(filter)
    this.#interest.dropped(session.id, filter)
  }
}
