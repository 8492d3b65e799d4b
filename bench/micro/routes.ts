/** What a topic name costs: known, and worked out anew among 1 and 10,000 rules. */
import { Outbox } from '../../src/relay/outbox.ts'
import { RouteTable } from '../../src/relay/route-table.ts'
import { TopicCache } from '../../src/relay/topic-cache.ts'
import { topicHash } from '../../src/relay/topic-hash.ts'
import { topicKey } from '../../src/relay/topic-key.ts'
import { outboxOptions } from '../../test/support/outbox-options.ts'
import { CHUNK, type Subject } from './subject.ts'

const outbox = new Outbox(outboxOptions())

function tableOf (rules: number): RouteTable {
  const idle = Array.from({ length: rules - 1 }, (_, place) => ({ filter: `rule/${place}/#`, rename: null, qos: null, retain: null }))
  return new RouteTable([{ outbox, rules: [...idle, { filter: 'plant/+/line/#', rename: null, qos: null, retain: null }] }])
}

const names = Array.from({ length: CHUNK }, (_, place) => `plant/7/line/${place}/temperature`)
const keys = names.map(name => Buffer.from(name))
const cache = new TopicCache<{ readonly key: string }>(16 * 1024 * 1024)

function lookUp (): number {
  let hits = 0
  for (const bytes of keys) {
    const hash = topicHash(bytes, 0, bytes.length)
    if (cache.get(hash, bytes, 0, bytes.length) !== undefined) hits++
    else if (cache.admits(hash, bytes.length)) cache.add(hash, { key: topicKey(bytes, 0, bytes.length) })
  }
  return hits
}

function routesIn (table: RouteTable): () => number {
  return () => {
    let routes = 0
    for (const [i, bytes] of keys.entries()) routes += table.routesOf(bytes, 0, bytes.length, { name: names[i] ?? '' }).length
    return routes
  }
}

export const routeSubjects: readonly Subject[] = [
  { name: 'topic cache, known name', messages: CHUNK, work: lookUp },
  { name: 'route of a new name, 1 rule', messages: CHUNK, work: routesIn(tableOf(1)) },
  { name: 'route of a new name, 10,000 rules', messages: CHUNK, work: routesIn(tableOf(10_000)) }
]
