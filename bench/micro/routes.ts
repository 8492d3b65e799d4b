/** What a topic name costs: known, and worked out anew among 1 and 10,000 rules. */
import { BridgeCounters } from '../../src/metrics/bridge-counters.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { RouteTable } from '../../src/relay/route-table.ts'
import { TopicCache } from '../../src/relay/topic-cache.ts'
import { topicKey } from '../../src/relay/topic-key.ts'
import { CHUNK, type Subject } from './subject.ts'

const outbox = new Outbox({
  name: 'remote', level: 4, required: true, forwardBridged: false, awaitRemote: false, maxCount: 1000, maxBytes: 1_000_000, windowQos1: 1000, windowQos2: 100, schedule: () => {}, counters: new BridgeCounters()
})

function tableOf (rules: number): RouteTable {
  const idle = Array.from({ length: rules - 1 }, (_, place) => ({ filter: `rule/${place}/#`, rename: null, qos: null, retain: null }))
  return new RouteTable([{ outbox, rules: [...idle, { filter: 'plant/+/line/#', rename: null, qos: null, retain: null }] }])
}

const names = Array.from({ length: CHUNK }, (_, place) => `plant/7/line/${place}/temperature`)
const keys = names.map(name => Buffer.from(name))
const cache = new TopicCache<{ readonly keyBytes: number, used: boolean }>(16 * 1024 * 1024)

function lookUp (): number {
  let hits = 0
  for (const bytes of keys) {
    const key = topicKey(bytes, 0, bytes.length)
    if (cache.get(key) === undefined) cache.offer(key, { keyBytes: key.length, used: false })
    else hits++
  }
  return hits
}

function routesIn (table: RouteTable): () => number {
  return () => {
    let routes = 0
    for (const name of names) routes += table.routesOf(name).length
    return routes
  }
}

export const routeSubjects: readonly Subject[] = [
  { name: 'topic cache, known name', messages: CHUNK, work: lookUp },
  { name: 'route of a new name, 1 rule', messages: CHUNK, work: routesIn(tableOf(1)) },
  { name: 'route of a new name, 10,000 rules', messages: CHUNK, work: routesIn(tableOf(10_000)) }
]
