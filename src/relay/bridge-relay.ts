/** The Relay of one process: topic cache in front, outboxes behind. Bridges come and go while messages flow. HOT. */
import { groupOfName } from '../mqtt/first-level.ts'
import { FirstLevelCounts } from '../mqtt/first-level-counts.ts'
import { NOT_LOOKED_FOR, type PublishView } from '../mqtt/publish-view.ts'
import { faultOfTopicName } from '../mqtt/topic-name.ts'
import { hasVia, viaCount, viaMark } from '../mqtt/v5/via.ts'
import type { LocalInterest } from './local-interest.ts'
import type { Outbox } from './outbox.ts'
import type { Receipts } from './receipts.ts'
import type { Origin, Publisher } from './origin.ts'
import type { Relay, TopicEntry } from './relay.ts'
import { Admission } from './relay.ts'
import { RepeatedTopic } from './repeated-topic.ts'
import type { Route } from './route.ts'
import { type ForwardRule, type Member, RouteTable } from './route-table.ts'
import type { Spread } from './spread.ts'
import { TopicCache } from './topic-cache.ts'
import { topicHash } from './topic-hash.ts'
import { TopicRecord } from './topic-record.ts'

/** Memory for topic names and what is known of them: some 45,000 names of 50 bytes. */
export const TOPIC_CACHE_BYTES = 16 * 1024 * 1024

export interface RelayOptions {
  /** Who wants what locally; null without a local broker. */
  readonly interest: LocalInterest | null
  /** @default 1000 */
  readonly maxTopicLevels?: number
  /** This node among all others. @default one without a name */
  readonly node?: string
  /** @default 16 MiB */
  readonly topicCacheBytes?: number
}

/** A Relay whose bridges can be changed. */
export interface BridgeRelay extends Relay {
  /**
   * Adds a bridge, or gives the bridge of this outbox other rules and links.
   * @param outbox of its first link
   * @param spread over its links; null: it has one
   */
  attach (outbox: Outbox, rules: readonly ForwardRule[], spread?: Spread | null): void
  /** Takes a bridge away: nothing goes to it any more, and who waited for its room is called. Its outbox is left as it is. */
  detach (outbox: Outbox): void
  /** Topic names known, and the bytes they take. */
  readonly cachedTopics: number
  /** What bridges of MQTT 5 mark messages with. */
  readonly via: Buffer
  readonly cachedTopicBytes: number
}

export function createRelay (options: RelayOptions): BridgeRelay {
  return new CachingRelay(options)
}

class CachingRelay implements BridgeRelay {
  readonly via: Buffer
  readonly #interest: LocalInterest | null
  readonly #versions = new FirstLevelCounts()
  readonly #maxTopicLevels: number | undefined
  readonly #cache: TopicCache<TopicRecord>
  #members: readonly Member[] = []
  /** Of all links of all bridges. */
  #outboxes: readonly Outbox[] = []
  #table = new RouteTable([])
  readonly #repeated = new RepeatedTopic<TopicRecord>()
  /** Counts changes of the rules. */
  #generation = 1
  #waiting = new Set<() => void>()

  constructor (options: RelayOptions) {
    this.via = viaMark(options.node ?? '')
    this.#interest = options.interest
    this.#maxTopicLevels = options.maxTopicLevels
    this.#cache = new TopicCache(options.topicCacheBytes ?? TOPIC_CACHE_BYTES)
    options.interest?.onChange(filter => this.#versions.add(filter))
  }

  get cachedTopics (): number { return this.#cache.size }
  get cachedTopicBytes (): number { return this.#cache.bytes }

  attach (outbox: Outbox, rules: readonly ForwardRule[], spread: Spread | null = null): void {
    for (const link of spread?.links ?? [outbox]) link.onRoom(this.#callWaiting)
    const members = this.#without(outbox)
    members.push({ outbox, rules, spread })
    this.#change(members)
  }

  detach (outbox: Outbox): void {
    this.#change(this.#without(outbox))
  }

  #without (outbox: Outbox): Member[] {
    const rest: Member[] = []
    for (const member of this.#members) if (member.outbox !== outbox) rest.push(member)
    return rest
  }

  #change (members: readonly Member[]): void {
    this.#members = members
    this.#outboxes = outboxesOf(members)
    this.#table = new RouteTable(members)
    this.#generation++
    // who waits for room in a bridge may be free of it by these rules
    this.#callWaiting()
  }

  lookup (bytes: Buffer, start: number, end: number): TopicEntry {
    const record = this.#repeated.of(bytes, start, end) ?? this.#find(bytes, start, end)
    if (record.generation !== this.#generation) this.#route(record, bytes, start, end)
    if (record.version !== this.#versions.of(record.group)) this.#ask(record, bytes, start, end)
    return record
  }

  #find (bytes: Buffer, start: number, end: number): TopicRecord {
    const hash = topicHash(bytes, start, end)
    const known = this.#cache.get(hash, bytes, start, end)
    if (known === undefined) return this.#make(hash, bytes, start, end)
    this.#repeated.found(known, bytes, start, end)
    return known
  }

  #make (hash: number, bytes: Buffer, start: number, end: number): TopicRecord {
    const fault = faultOfTopicName(bytes, start, end, this.#maxTopicLevels)
    const record = new TopicRecord(bytes, start, end, fault, groupOfName(bytes, start, end))
    // what is not valid ends its connection, and is not worth a place
    if (fault === null && this.#cache.admits(hash, end - start)) this.#cache.add(hash, record.keep())
    return record
  }

  #route (record: TopicRecord, bytes: Buffer, start: number, end: number): void {
    record.generation = this.#generation
    if (record.fault === null) record.routes = this.#table.routesOf(bytes, start, end, record)
  }

  #ask (record: TopicRecord, bytes: Buffer, start: number, end: number): void {
    const interest = this.#interest
    record.version = this.#versions.of(record.group)
    record.local = record.fault === null && interest !== null && interest.mayWant(bytes, start, end) && interest.wants(record.name)
  }

  admit (entry: TopicEntry, view: PublishView, origin: Origin, receipts: Receipts | null, slot: number): Admission {
    // one that has waited for room may be older than the rules
    const routes = entry.generation === this.#generation ? entry.routes : this.#routesOfNow(entry)
    if (routes.length === 0) return Admission.TAKEN
    const hops = hopsOf(view)
    if (routes.length > 1 || origin.bridge !== null || hops !== 0) return this.#admitToMany(routes, view, origin, hops, receipts, slot)
    const route = routes[0] as Route
    const outbox = route.linkOf(origin)
    if (outbox.hasRoom(routes, 0, 1, view)) outbox.take(route, view, receipts, slot, origin)
    else if (outbox.required) return Admission.FULL
    else outbox.drop(view)
    return Admission.TAKEN
  }

  #routesOfNow ({ name }: TopicEntry): readonly Route[] {
    const bytes = Buffer.from(name)
    return this.lookup(bytes, 0, bytes.length).routes
  }

  /** Every required outbox is asked for all its routes before any takes one [invariant 4]. */
  #admitToMany (routes: readonly Route[], view: PublishView, origin: Origin, hops: number, receipts: Receipts | null, slot: number): Admission {
    for (let i = 0; i < routes.length;) {
      const end = endOfBridge(routes, i)
      const outbox = (routes[i] as Route).linkOf(origin)
      if (outbox.required && mayHave(outbox, origin, hops) && !outbox.hasRoom(routes, i, end, view)) return Admission.FULL
      i = end
    }
    for (let i = 0; i < routes.length;) {
      const end = endOfBridge(routes, i)
      const outbox = (routes[i] as Route).linkOf(origin)
      if (mayHave(outbox, origin, hops)) {
        if (outbox.required || outbox.hasRoom(routes, i, end, view)) {
          for (let k = i; k < end; k++) outbox.take(routes[k] as Route, view, receipts, slot, origin)
        } else outbox.drop(view)
      }
      i = end
    }
    return Admission.TAKEN
  }

  isOwn (view: PublishView): boolean {
    return hopsOf(view) !== 0 && hasVia(this.via, view.bytes, view.propertiesStart, view.propertiesEnd)
  }

  complete (publisher: Publisher, packetId: number, receipts: Receipts, slot: number): void {
    for (const outbox of this.#outboxes) outbox.complete(publisher, packetId, receipts, slot)
  }

  forget (publisher: Publisher): void {
    for (const outbox of this.#outboxes) outbox.forget(publisher)
  }

  whenRoom (call: () => void): void {
    this.#waiting.add(call)
  }

  stopWaiting (call: () => void): void {
    this.#waiting.delete(call)
  }

  readonly #callWaiting = (): void => {
    const waiting = this.#waiting
    this.#waiting = new Set()
    for (const call of waiting) call()
  }
}

function outboxesOf (members: readonly Member[]): Outbox[] {
  const all: Outbox[] = []
  for (const { outbox, spread = null } of members) {
    if (spread === null) all.push(outbox)
    else for (const links of [spread.links, spread.leaving]) for (const link of links) all.push(link)
  }
  return all
}

/** One past the last route of the bridge that `routes[from]` leads to: all of them go by one link. */
function endOfBridge (routes: readonly Route[], from: number): number {
  const { outbox } = routes[from] as Route
  let end = from + 1
  while (end < routes.length && (routes[end] as Route).outbox === outbox) end++
  return end
}

/** Never back where it came from, and to other bridges only where the operator says so [invariant 9]. */
function mayHave (outbox: Outbox, origin: Origin, hops: number): boolean {
  if (hops >= outbox.maxHops) return false
  return origin.bridge === null || (origin.bridge !== outbox.name && outbox.forwardBridged)
}

/** Counted once a message. */
function hopsOf (view: PublishView): number {
  if (view.hops === NOT_LOOKED_FOR) view.hops = view.propertiesStart === view.propertiesEnd ? 0 : viaCount(view.bytes, view.propertiesStart, view.propertiesEnd)
  return view.hops
}
