/** Session Expiry Interval of MQTT 5: kept over a restart, swept when its time is over, shared subscriptions with it. */
import { test } from 'tap'
import { SessionCounters } from '../../../../src/metrics/session-counters.ts'
import type { PublishPacket } from '../../../../src/broker/persistence/packet.ts'
import { openSessionStore } from '../../../../src/broker/persistence/stored-state.ts'
import { MemoryDisk, generousLimits, storeOptions } from '../../../support/session-store.ts'

test('an empty session exists, over a restart too, and is swept when it has expired', async t => {
  const backend = new MemoryDisk()
  let time = 1_000_000
  const open = (counters = new SessionCounters()): ReturnType<typeof openSessionStore> => openSessionStore(storeOptions({ backend, now: () => time, counters }))
  const first = await open()
  t.equal(first.store.enter('short', { fresh: true, expiryMs: 5_000 }), false)
  t.equal(first.store.enter('long', { fresh: true, expiryMs: 50_000 }), false)
  t.equal(first.store.enter('none', { fresh: true, expiryMs: 0 }), false)
  await first.store.addSubscriptions({ id: 'long' }, [{ topic: '$share/g/t', qos: 1 }])
  await first.close()
  const counters = new SessionCounters()
  const second = await open(counters)
  t.equal(counters.sessions, 2)
  t.same([...second.store.sharedFilters()], ['$share/g/t'])
  t.match(second.store.sharedMembers('$share/g/t')?.get('long'), { qos: 1 })
  t.same(await second.store.subscriptionsByTopic('$share/g/t'), [], 'a topic of that name is not a member\'s')
  time += 6_000
  second.store.sessions.expire()
  t.equal(counters.sessions, 1)
  t.equal(second.store.enter('short', { fresh: false, expiryMs: 5_000 }), false)
  t.equal(second.store.enter('long', { fresh: false, expiryMs: 50_000 }), true)
  time += 60_000
  t.equal(second.store.enter('long', { fresh: false, expiryMs: null }), false, 'not swept yet, and over all the same')
  t.equal(second.store.sharedMembers('$share/g/t'), undefined)
  await second.close()
})

test('messages that expired are swept too, queued and retained, here and on disk', async t => {
  const backend = new MemoryDisk()
  let time = 1_000_000
  const counters = new SessionCounters()
  const { store, close } = await openSessionStore(storeOptions({ backend, now: () => time, counters, limits: { ...generousLimits, maxRetainedMessages: 2 } }))
  const message = (topic: string, brokerCounter: number, seconds?: number): PublishPacket => ({
    cmd: 'publish', brokerId: 'b', brokerCounter, topic, payload: Buffer.from('x'), qos: 1, retain: true, dup: false, ...(seconds === undefined ? {} : { messageExpiry: time + seconds * 1000 })
  })
  store.enter('dev', { fresh: true, expiryMs: 900_000 })
  await store.addSubscriptions({ id: 'dev' }, [{ topic: '#', qos: 1 }])
  for (const [counter, topic, seconds] of [[1, 'short', 5], [2, 'long', 500]] as const) {
    await store.outgoingEnqueueCombi([{ clientId: 'dev' }], message(topic, counter, seconds))
    await store.storeRetained(message(topic, counter, seconds))
  }
  await store.storeRetained(message('no room', 3))
  t.match(counters, { queuedMessages: 2, retainedMessages: 2, retainedRefused: 1 })
  time += 5_000
  await store.storeRetained(message('room', 4))
  t.same(store.retained('#').map(({ topic }) => topic).sort(), ['long', 'room'], 'what has expired makes room')
  store.expire()
  t.match(counters, { queuedMessages: 1, retainedMessages: 2, messagesExpired: 2, retainedRefused: 1 })
  await close()
  t.equal([...backend.content.keys()].filter(key => key.includes('short')).length, 0)
  const again = await openSessionStore(storeOptions({ backend, now: () => time }))
  t.equal(again.store.sessions.get('dev')?.queue.length, 1)
  await again.close()
})
