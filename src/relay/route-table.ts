/**
 * Forward rules of all bridges, compiled: which routes a topic name has. Every matching rule fires, once for each name it gives at
 * one bridge: of two rules that give the same name the first in the file decides. Immutable; a change makes another. Asked
 * once a topic name, not once a message.
 */
import { FilterTrie } from '../mqtt/filter-trie.ts'
import { matches } from '../mqtt/topic-filter.ts'
import { isServerTopic, isTopicName } from '../mqtt/topic-name.ts'
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

/** A rule in the trie. */
interface PlacedRule {
  readonly rule: ForwardRule
  readonly member: Member
  /** Over all bridges, in the order of the file: rules of one bridge have neighbouring places. */
  readonly place: number
}

export class RouteTable {
  readonly #trie = new FilterTrie<PlacedRule>()

  constructor (members: readonly Member[]) {
    let place = 0
    for (const member of members) {
      for (const rule of member.rules) this.#trie.add(rule.filter, { rule, member, place: place++ })
    }
  }

  /** The routes of a valid topic name, those of one bridge side by side. `$SYS` is the broker's own and goes nowhere. */
  routesOf (topic: string): readonly Route[] {
    if (isServerTopic(topic)) return NOWHERE
    const found = this.#trie.match(topic, []).sort((a, b) => a.place - b.place)
    if (found.length === 0) return NOWHERE
    const ofMembers = new Map<Member, ForwardRule[]>()
    for (const { rule, member } of found) {
      if (rule.exclude?.some(filter => matches(filter, topic)) === true) continue
      const rules = ofMembers.get(member)
      if (rules === undefined) ofMembers.set(member, [rule])
      else rules.push(rule)
    }
    const routes: Route[] = []
    for (const [member, rules] of ofMembers) addRoutes(routes, member, rules, topic)
    return routes
  }
}

function addRoutes (routes: Route[], { outbox, spread = null }: Member, rules: readonly ForwardRule[], topic: string): void {
  let links = spread?.links ?? null
  const ruleOf = new Map<string, ForwardRule>()
  for (const rule of rules) {
    const name = rule.rename === null ? topic : rule.rename(topic)
    // a prefix can make it longer than a name may be
    if (ruleOf.has(name) || !isTopicName(name)) continue
    ruleOf.set(name, rule)
    // then all of them: it is one outbox that is asked for room
    if (spread?.isOfFirst(name) === true) links = null
  }
  for (const [name, rule] of ruleOf) routes.push(new Route(outbox, topic, name, overridesOf(rule), links))
}

function overridesOf ({ qos, retain, lane = 0 }: ForwardRule): { readonly qos: number, readonly retain: number, readonly lane: number } {
  return { qos: qos ?? KEEP, retain: flagOf(retain), lane }
}

function flagOf (retain: boolean | null): number {
  return retain === null ? KEEP : retain ? 1 : 0
}
