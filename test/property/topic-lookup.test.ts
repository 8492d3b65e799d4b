/**
 * Whatever is in the cache, what was pushed out of it, and however rules and subscriptions came and went: the Relay answers for a
 * topic as the rules and filters of that moment read plainly, and an entry that is held keeps its name.
 */
import fc from 'fast-check'
import { test } from 'tap'
import { FilterHolders } from '../../src/broker/filter-holders.ts'
import { groupOfName } from '../../src/mqtt/first-level.ts'
import { FirstLevelCounts } from '../../src/mqtt/first-level-counts.ts'
import { isServerTopic, isSystemTopic, isTopicName } from '../../src/mqtt/topic-name.ts'
import { matches } from '../../src/mqtt/topic-filter.ts'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import type { LocalInterest } from '../../src/relay/local-interest.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import type { TopicEntry } from '../../src/relay/relay.ts'
import { KEEP, Rewrite } from '../../src/relay/rewrite.ts'
import { outboxOptions } from '../support/outbox-options.ts'
import { holds } from '../support/property.ts'

const MAX_LEVELS = 4

const level = fc.constantFrom('a', 'b', '', '$x', 'é', 'plant-7', 'x'.repeat(300))
const topic = fc.oneof(
  { weight: 8, arbitrary: fc.array(level, { minLength: 1, maxLength: 3 }).map(levels => levels.join('/')) },
  // many, so that they meet in the sets of the cache and push each other out
  { weight: 6, arbitrary: fc.nat(400).map(number => `a/${number}`) },
  { weight: 1, arbitrary: fc.constantFrom('', '+', 'a/#', 'a\0', '$SYS', '$SYS/a', '$SYSa', 'a/b/a/b/a', '\uFEFFa', 'ÿ', 'Ã¿') }
)
const filter = fc.tuple(fc.array(fc.constantFrom('a', 'b', '', '$x', 'é', '+', '7'), { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([levels, open]) => open ? [...levels, '#'].join('/') : levels.join('/'))
  .filter(text => text !== '')
const step = fc.oneof(
  { weight: 12, arbitrary: fc.record({ do: fc.constant('look' as const), topic, times: fc.integer({ min: 1, max: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rules' as const), rules: fc.array(fc.record({ filter: fc.oneof(filter, fc.constant('#')), prefix: fc.constantFrom('', '', 'p/') }), { maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('hold' as const), filter }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), filter }) }
)

class Interest implements LocalInterest {
  readonly held = new Set<string>()
  readonly #levels = new FirstLevelCounts()
  readonly #holders = new FilterHolders<number>(this.#levels)
  #changed: (filter: string) => void = () => {}

  wants (name: string): boolean { return this.#holders.any(name) }
  mayWant (bytes: Uint8Array, start: number, end: number): boolean { return this.#levels.of(groupOfName(bytes, start, end)) !== 0 }
  onChange (call: (filter: string) => void): void { this.#changed = call }

  change (filter: string, isHeld: boolean): void {
    if (isHeld) this.held.add(filter)
    else this.held.delete(filter)
    if (isHeld ? this.#holders.hold(filter, 1) : this.#holders.drop(filter, 1)) this.#changed(filter)
  }
}

interface Rule { readonly filter: string, readonly prefix: string }

function plainly (name: string, rules: readonly Rule[], held: ReadonlySet<string>): string {
  const valid = isTopicName(name, MAX_LEVELS)
  const targets = !valid || isServerTopic(name) ? [] : rules.filter(rule => matches(rule.filter, name)).map(rule => rule.prefix + name)
  const local = valid && [...held].some(each => matches(each, name))
  return [valid ? name : '', valid, valid && isSystemTopic(name), local, ...new Set(targets)].join(' ')
}

function told (entry: TopicEntry): string {
  return [entry.name, entry.valid, entry.system, entry.local, ...entry.routes.map(({ topic }) => topic?.toString('utf8', 2) ?? entry.name)].join(' ')
}

test('a topic is answered as if nothing were remembered', async t => {
  await holds(t, fc.property(fc.constantFrom(1, 900, 6000, 1_000_000), fc.array(step, { minLength: 20, maxLength: 300, size: 'max' }), (topicCacheBytes, steps) => {
    const interest = new Interest()
    const relay = createRelay({ interest, topicCacheBytes, maxTopicLevels: MAX_LEVELS })
    const outbox = new Outbox(outboxOptions({ name: 'north' }))
    let rules: readonly Rule[] = []
    const entries: { readonly entry: TopicEntry, readonly name: string }[] = []
    for (const each of steps) {
      if (each.do === 'rules') {
        rules = each.rules
        relay.attach(outbox, rules.map(({ filter, prefix }) => ({ filter, rename: prefix === '' ? null : topic => prefix + topic, qos: null, retain: null })))
      } else if (each.do !== 'look') interest.change(each.filter, each.do === 'hold')
      else {
        const wanted = plainly(each.topic, rules, interest.held)
        for (let i = 0; i < each.times; i++) {
          const bytes = Buffer.from(`/${each.topic}/`)
          const entry = relay.lookup(bytes, 1, bytes.length - 1)
          if (told(entry) !== wanted) throw new Error(`"${told(entry)}" instead of "${wanted}"`)
          entries.push({ entry, name: entry.valid ? each.topic : '' })
        }
      }
      if (relay.cachedTopicBytes > topicCacheBytes) throw new Error(`it takes ${relay.cachedTopicBytes} bytes`)
    }
    for (const { entry, name } of entries) if (entry.name !== name) throw new Error(`${name} has become ${entry.name}`)
  }), { numRuns: 300 })
})

test('what a new name shares with the old one is the end of both', async t => {
  await holds(t, fc.property(topic, fc.constantFrom('', 'p/', 'é', 'ÿ'), fc.nat(5), (name, prefix, cut) => {
    const to = prefix + name.slice(cut)
    const { topic: made, shared } = new Rewrite(name, to, KEEP, KEEP)
    if (made === null) return name === to && shared === 0
    const end = Buffer.from(name)
    return made.toString('utf8', 2) === Buffer.from(to).toString() && made.readUInt16BE(0) === made.length - 2 &&
      shared <= end.length && shared <= made.length - 2 && end.subarray(end.length - shared).equals(made.subarray(made.length - shared))
  }), { numRuns: 2000 })
})
