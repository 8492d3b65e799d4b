/**
 * Forward rules of all bridges, compiled: which routes a topic name has. Every matching rule fires, once for each name it gives at
 * one bridge: of two rules that give the same name the first in the file decides. Immutable; a change makes another. Asked
 * once a topic name, not once a message.
 */
import { ByteTrie } from '../mqtt/byte-trie.ts'
import { isServerName, isTopicName } from '../mqtt/topic-name.ts'
import type { Outbox } from './outbox.ts'
import { KEEP } from './rewrite.ts'
import { Route } from './route.ts'
import type { Spread } from './spread.ts'

/** What one line of `forwards` says. */
export interface ForwardRule {
  readonly filter: string
  /** Filters whose topics it leaves alone. */
  readonly exclude?: readonly string[]
  /** The name at the remote; null: each topic keeps its own. */
  readonly rename: ((topic: string) => string) | null
  /** Overrides the message's; null keeps it. */
  readonly qos: 0 | 1 | 2 | null
  readonly retain: boolean | null
  /** Which lane of the outbox its messages take. @default 0 */
  readonly lane?: number
}

/** One bridge as the table sees it. */
export interface Member {
  readonly outbox: Outbox
  /** In the order of the file. */
  readonly rules: readonly ForwardRule[]
  /** @default null, it has one link */
  readonly spread?: Spread | null
}

const NOWHERE: readonly Route[] = Object.freeze([])

/** A topic whose name is decoded when it is asked for. */
export interface Named { readonly name: string }

/** A rule in the trie. */
interface PlacedRule {
  readonly rule: ForwardRule
  readonly member: Member
  /** Over all bridges, in the order of the file: rules of one bridge have neighbouring places. */
  readonly place: number
  /** Topics it leaves alone; null: none. */
  readonly exclude: ByteTrie<true> | null
  /** What comes of it alone, for any topic; null where that depends on the name. */
  readonly routes: readonly [Route] | null
}

export class RouteTable {
  readonly #trie = new ByteTrie<PlacedRule>()
  /** Of the topic in work. */
  readonly #found: PlacedRule[] = []
  readonly #excluded: true[] = []

  constructor (members: readonly Member[]) {
    let place = 0
    for (const member of members) {
      for (const rule of member.rules) this.#trie.add(rule.filter, placed(rule, member, place++))
    }
  }

  /**
   * The routes of the valid topic name in `bytes[start, end)`, those of one bridge side by side. `$SYS` is the broker's own and goes nowhere.
   * @param topic whose name that is: it is asked for only where a rule depends on it
   */
  routesOf (bytes: Uint8Array, start: number, end: number, topic: Named): readonly Route[] {
    if (isServerName(bytes, start, end)) return NOWHERE
    const found = this.#found
    found.length = 0
    this.#trie.match(bytes, start, end, found)
    this.#leaveOut(bytes, start, end)
    if (found.length === 0) return NOWHERE
    const [first] = found as [PlacedRule]
    if (found.length === 1 && first.routes !== null) return first.routes
    return this.#routesOfMany(topic)
  }

  /** Takes the rules out that exclude the topic. */
  #leaveOut (bytes: Uint8Array, start: number, end: number): void {
    const found = this.#found
    const excluded = this.#excluded
    let left = 0
    for (const each of found) {
      if (each.exclude !== null) {
        excluded.length = 0
        each.exclude.match(bytes, start, end, excluded)
        if (excluded.length !== 0) continue
      }
      found[left++] = each
    }
    found.length = left
  }

  #routesOfMany (topic: Named): readonly Route[] {
    const found = this.#found.sort((a, b) => a.place - b.place)
    const routes: Route[] = []
    for (let i = 0; i < found.length;) {
      const { member } = found[i] as PlacedRule
      let end = i + 1
      while (end < found.length && (found[end] as PlacedRule).member === member) end++
      addRoutes(routes, found.slice(i, end), topic)
      i = end
    }
    return routes
  }
}

function placed (rule: ForwardRule, member: Member, place: number): PlacedRule {
  const { outbox, spread = null } = member
  const routes = rule.rename === null && spread === null ? [new Route(outbox, '', '', overridesOf(rule))] as const : null
  return { rule, member, place, exclude: trieOf(rule.exclude ?? []), routes }
}

function trieOf (filters: readonly string[]): ByteTrie<true> | null {
  if (filters.length === 0) return null
  const trie = new ByteTrie<true>()
  for (const filter of filters) trie.add(filter, true)
  return trie
}

/** @param placed of one bridge, one at least */
function addRoutes (routes: Route[], placed: readonly PlacedRule[], topic: Named): void {
  const [first] = placed as readonly [PlacedRule]
  // of those that keep the name the first decides
  if (placed.every(each => each.routes !== null)) routes.push((first.routes as readonly [Route])[0])
  else if (placed.length === 1 && (first.member.spread ?? null) === null) addOne(routes, first, topic.name)
  else addNamed(routes, first.member, placed, topic.name)
}

/** By far the most rules that rename are the only one for their topics, of a bridge with one link. */
function addOne (routes: Route[], { rule, member }: PlacedRule, topic: string): void {
  const name = nameBy(rule, topic)
  // a prefix can make it longer than a name may be
  if (isTopicName(name)) routes.push(new Route(member.outbox, topic, name, overridesOf(rule)))
}

function addNamed (routes: Route[], { outbox, spread = null }: Member, placed: readonly PlacedRule[], topic: string): void {
  let links = spread?.links ?? null
  const ruleOf = new Map<string, ForwardRule>()
  for (const { rule } of placed) {
    const name = nameBy(rule, topic)
    if (ruleOf.has(name) || !isTopicName(name)) continue
    ruleOf.set(name, rule)
    // then all of them: it is one outbox that is asked for room
    if (spread?.isOfFirst(name) === true) links = null
  }
  const start = routes.length
  for (const [name, rule] of ruleOf) routes.push(new Route(outbox, topic, name, overridesOf(rule), links))
  markLast(routes, start)
}

/** Of `routes[start …]`, which are of one bridge: which is the last that is kept in its lane. */
function markLast (routes: readonly Route[], start: number): void {
  const lanes = new Set<number>()
  for (let i = routes.length - 1; i >= start; i--) {
    const route = routes[i] as Route
    route.isLast = !lanes.has(route.lane)
    if (route.qos !== 0) lanes.add(route.lane)
  }
}

function nameBy ({ rename }: ForwardRule, topic: string): string {
  return rename === null ? topic : rename(topic)
}

function overridesOf ({ qos, retain, lane = 0 }: ForwardRule): { readonly qos: number, readonly retain: number, readonly lane: number } {
  return { qos: qos ?? KEEP, retain: flagOf(retain), lane }
}

function flagOf (retain: boolean | null): number {
  return retain === null ? KEEP : retain ? 1 : 0
}
