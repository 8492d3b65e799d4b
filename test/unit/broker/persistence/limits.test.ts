/** Each limit of the store: what is refused, what is counted, what stays; and who is told of subscriptions. */
import { test } from 'tap'
import fc from 'fast-check'
import { matches } from '../../../../src/mqtt/topic-filter.ts'
import { RetainedMessages } from '../../../../src/broker/persistence/retained-messages.ts'
import type { PublishPacket } from '../../../../src/broker/persistence/packet.ts'
import { SessionStore } from '../../../../src/broker/persistence/session-store.ts'
import { SessionCounters } from '../../../../src/metrics/session-counters.ts'
import { silentLogger } from '../../../../src/logger.ts'
import type { Logger } from '../../../../src/logger.ts'
import { generousLimits, noInterest, storeOptions } from '../../../support/session-store.ts'
import { holds } from '../../../support/property.ts'

function packet (brokerCounter: number, over: Partial<PublishPacket> = {}): PublishPacket {
  return { cmd: 'publish', brokerId: 'b', brokerCounter, topic: 't', payload: Buffer.from('payload'), qos: 1, retain: false, dup: false, ...over }
}

function listening (): { logger: Logger, lines: string[] } {
  const lines: string[] = []
  return { lines, logger: { ...silentLogger, warn: (_, message) => lines.push(message) } }
}

async function all<Item> (stream: AsyncIterable<unknown>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of stream) items.push(item as Item)
  return items
}

test('sessions: one more is refused, those that are there go on', async t => {
  const store = new SessionStore(storeOptions({ limits: { ...generousLimits, maxSessions: 2 } }))
  for (const id of ['a', 'b']) await store.addSubscriptions({ id }, [{ topic: 'x', qos: 1 }])
  t.equal(store.sessions.hasRoomFor('c'), false)
  t.equal(store.sessions.hasRoomFor('a'), true)
  await t.rejects(store.addSubscriptions({ id: 'c' }, [{ topic: 'x', qos: 1 }]), { code: 'CW_PERSISTENCE_LIMIT', message: /2 sessions/ })
  await store.addSubscriptions({ id: 'a' }, [{ topic: 'y', qos: 1 }])
  await store.cleanSubscriptions({ id: 'a' })
  await store.addSubscriptions({ id: 'c' }, [{ topic: 'x', qos: 1 }])
  t.match(store.counters, { sessions: 2, sessionsRefused: 1, subscriptions: 2 })
})

test('subscriptions of a client: one more is refused, one again is not one more', async t => {
  const store = new SessionStore(storeOptions({ limits: { ...generousLimits, maxSubscriptionsPerClient: 2 } }))
  await store.addSubscriptions({ id: 'a' }, [{ topic: 'x', qos: 1 }, { topic: 'y', qos: 0 }])
  await t.rejects(store.addSubscriptions({ id: 'a' }, [{ topic: 'z', qos: 1 }]), { code: 'CW_PERSISTENCE_LIMIT' })
  await store.addSubscriptions({ id: 'a' }, [{ topic: 'x', qos: 2 }])
  t.match(store.counters, { subscriptions: 2, subscriptionsRefused: 1 })
  t.match(await store.subscriptionsByTopic('z'), [])
})

test('queue: the newest is dropped and counted, and one line is written until there is room again', async t => {
  const { logger, lines } = listening()
  const store = new SessionStore(storeOptions({ mqtt: { maxMqueueLen: 3 }, logger }))
  await store.addSubscriptions({ id: 'a' }, [{ topic: 't', qos: 1 }])
  for (let n = 1; n <= 10; n++) await store.outgoingEnqueueCombi([{ clientId: 'a' }], packet(n))
  t.match(store.counters, { queuedMessages: 3, queueDropped: 7 })
  t.equal(lines.length, 1)
  t.strictSame((await all<PublishPacket>(store.outgoingStream({ id: 'a' }))).map(one => one.brokerCounter), [1, 2, 3])
  store.decline('a', packet(1))
  await store.outgoingEnqueueCombi([{ clientId: 'a' }], packet(11))
  await store.outgoingEnqueueCombi([{ clientId: 'a' }], packet(12))
  t.equal(lines.length, 2)
  await store.cleanSubscriptions({ id: 'a' })
  t.match(store.counters, { sessions: 0, queuedMessages: 0, queuedBytes: 0 })
})

test('retained: new topics are refused when it is full, those that are there can change and go', async t => {
  const { logger, lines } = listening()
  const store = new SessionStore(storeOptions({ limits: { ...generousLimits, maxRetainedMessages: 2 }, logger }))
  for (const topic of ['a', 'b', 'c', 'd']) await store.storeRetained(packet(1, { topic, retain: true }))
  t.match(store.counters, { retainedMessages: 2, retainedRefused: 2 })
  t.equal(lines.length, 1)
  await store.storeRetained(packet(2, { topic: 'a', retain: true, payload: Buffer.from('new') }))
  await store.storeRetained(packet(3, { topic: 'b', retain: true, payload: Buffer.alloc(0) }))
  await store.storeRetained(packet(4, { topic: 'c', retain: true }))
  t.strictSame((await all<PublishPacket>(store.createRetainedStream('#'))).map(({ topic }) => topic).sort(), ['a', 'c'])
  const small = new SessionStore(storeOptions({ limits: { ...generousLimits, maxRetainedBytes: 1_000 } }))
  await small.storeRetained(packet(1, { topic: 'a', retain: true, payload: Buffer.alloc(500) }))
  await small.storeRetained(packet(2, { topic: 'b', retain: true, payload: Buffer.alloc(500) }))
  t.match(small.counters, { retainedMessages: 1, retainedRefused: 1 })
  t.ok(small.counters.retainedBytes <= 1_000)
  await small.storeRetained(packet(3, { topic: 'a', retain: true, payload: Buffer.alloc(0) }))
  t.match(small.counters, { retainedMessages: 0, retainedBytes: 0 })
})

test('what is to be kept for stored sessions is told once each, and taken back', async t => {
  const told: string[] = []
  const interest = { stored: (id: string, filter: string) => told.push(`+${id} ${filter}`), dropped: (id: string, filter: string) => told.push(`-${id} ${filter}`) }
  const store = new SessionStore(storeOptions({ interest }))
  await store.addSubscriptions({ id: 'a' }, [{ topic: 'x', qos: 1 }, { topic: 'q0', qos: 0 }])
  await store.addSubscriptions({ id: 'a' }, [{ topic: 'x', qos: 0 }])
  await store.addSubscriptions({ id: 'a' }, [{ topic: 'x', qos: 2 }, { topic: 'y', qos: 1 }])
  await store.removeSubscriptions({ id: 'a' }, ['y', 'unknown'])
  await store.cleanSubscriptions({ id: 'a' })
  await store.removeSubscriptions({ id: 'nobody' }, ['x'])
  t.strictSame(told, ['+a x', '-a x', '+a x', '+a y', '-a y', '-a x'])
})

test('a message is not kept for the client that sent it and wants nothing of its own', async t => {
  const store = new SessionStore(storeOptions({ interest: noInterest }))
  await store.addSubscriptions({ id: 'a' }, [{ topic: 't', qos: 1, nl: true }])
  await store.outgoingEnqueueCombi(await store.subscriptionsByTopic('t'), packet(1, { clientId: 'a' }))
  await store.outgoingEnqueueCombi(await store.subscriptionsByTopic('t'), packet(2, { clientId: 'b' }))
  t.equal(store.counters.queuedMessages, 1)
})

test('retained messages found level by level are those that the filter matches', async t => {
  const level = fc.constantFrom('a', 'b', '', '$s')
  const topic = fc.array(level, { minLength: 1, maxLength: 4 }).map(levels => levels.join('/')).filter(text => text !== '')
  const filter = fc.tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 3 }), fc.constantFrom('#', '+', 'a', ''))
    .map(([levels, last]) => [...levels, last].join('/')).filter(text => text !== '')
  await holds(t, fc.property(fc.uniqueArray(topic, { maxLength: 20 }), fc.array(filter, { minLength: 1, maxLength: 3 }), fc.nat(), (topics, filters, gone) => {
    const retained = new RetainedMessages({ messages: 100, bytes: 1e6 }, new SessionCounters())
    for (const name of topics) retained.set(packet(1, { topic: name }))
    const removed = topics[gone % Math.max(1, topics.length)]
    if (removed !== undefined) retained.delete(removed)
    const expected = topics.filter(name => name !== removed && filters.some(one => matches(one, name)))
    return JSON.stringify(retained.matching(filters).map(one => one.topic).sort()) === JSON.stringify(expected.sort())
  }), { numRuns: 2_000 })
  t.pass('no counter-example')
})
