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
}

/** One bridge as the table sees it. */
export interface Member {
  readonly outbox: Outbox
  /** In the order of the file. */
  readonly rules: readonly ForwardRule[]
}

const NOWHERE: readonly Route[] = Object.freeze([])

/** A rule in the trie. */
interface PlacedRule {
  readonly rule: ForwardRule
  readonly outbox: Outbox
  /** Over all bridges, in the order of the file: rules of one bridge have neighbouring places. */
  readonly place: number
}

export class RouteTable {
  readonly #trie = new FilterTrie<PlacedRule>()

  constructor (members: readonly Member[]) {
    let place = 0
    for (const { outbox, rules } of members) {
      for (const rule of rules) this.#trie.add(rule.filter, { rule, outbox, place: place++ })
    }
  }

  /** The routes of a valid topic name, those of one bridge side by side. `$SYS` is the broker's own and goes nowhere. */
  routesOf (topic: string): readonly Route[] {
    if (isServerTopic(topic)) return NOWHERE
    const found = this.#trie.match(topic, []).sort((a, b) => a.place - b.place)
    if (found.length === 0) return NOWHERE
    const routes: Route[] = []
    const names = new Set<string>()
    let last: Outbox | null = null
    for (const { rule, outbox } of found) {
      if (outbox !== last) names.clear()
      last = outbox
      if (rule.exclude?.some(filter => matches(filter, topic)) === true) continue
      const name = rule.rename === null ? topic : rule.rename(topic)
      if (names.has(name) || !isTopicName(name)) continue // a prefix can make it longer than a name may be
      names.add(name)
      routes.push(new Route(outbox, topic, name, { qos: rule.qos ?? KEEP, retain: flagOf(rule.retain) }))
    }
    return routes
  }
}

function flagOf (retain: boolean | null): number {
  return retain === null ? KEEP : retain ? 1 : 0
}
