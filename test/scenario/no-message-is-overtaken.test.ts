/** Aedes drops what a later message overtakes on its way to the subscribers; nothing may overtake. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { memoryStore } from '../support/memory-store.ts'
import { publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import type { SessionStore } from '../../src/broker/session-store.ts'
import type { LocalInterest } from '../../src/broker/local-interest.ts'

/** A store whose answers come after a time that differs from call to call. */
function slowStore (interest: LocalInterest): SessionStore {
  const store = memoryStore(interest)
  let calls = 0
  const late = <Arguments extends unknown[], T> (work: (...given: Arguments) => Promise<T>) => async (...given: Arguments): Promise<T> => {
    await new Promise(resolve => ++calls % 7 === 0 ? setTimeout(resolve, 1) : setImmediate(resolve))
    return work.apply(store, given)
  }
  return Object.assign(store, {
    storeRetained: late(store.storeRetained.bind(store)),
    subscriptionsByTopic: late(store.subscriptionsByTopic.bind(store)),
    outgoingEnqueueCombi: late(store.outgoingEnqueueCombi.bind(store))
  })
}

test('five of QoS 1 and five of QoS 0 in one tick', async t => {
  const { broker, port } = await brokerFor(t, { store: slowStore })
  const subscriber = await RawClient.open(port, { clientId: 'subscriber', clean: false })
  subscriber.send(subscribe(1, ['#', 1]))
  await subscriber.granted()
  const done: (Error | null)[] = []
  for (let i = 0; i < 10; i++) {
    broker.deliver({ topic: 't', payload: Buffer.from(String(i)), qos: i < 5 ? 1 : 0, retain: false, bridge: 'north' }, error => done.push(error))
  }
  await subscriber.until(() => subscriber.deliveries().length === 10, 'ten deliveries')
  t.same(subscriber.deliveries().map(one => one.payload), ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
  t.same(done, Array.from({ length: 10 }, () => null))
})

test('twenty devices, two thousand messages of QoS 1, an online subscriber and a slow store', async t => {
  const { port } = await brokerFor(t, { store: slowStore })
  const subscriber = await RawClient.open(port, { clientId: 'subscriber', clean: false })
  subscriber.send(subscribe(1, ['#', 1]))
  await subscriber.granted()
  const devices = await Promise.all(Array.from({ length: 20 }, (_, i) => RawClient.open(port, { clientId: `device-${i}` })))
  for (const [d, device] of devices.entries()) {
    device.send(...Array.from({ length: 100 }, (_, i) => publish(`device/${d}`, String(i), { qos: 1, id: i + 1, retain: i % 10 === 0 })))
  }
  await Promise.all(devices.map(async device => device.until(() => device.ids(4).length === 100, 'acknowledgements')))
  await subscriber.until(() => subscriber.deliveries().length >= 2000, 'all deliveries')
  const got = subscriber.deliveries()
  t.equal(got.length, 2000)
  for (const d of devices.keys()) {
    const own = got.filter(one => one.topic === `device/${d}`).map(one => Number(one.payload))
    t.same(own, Array.from({ length: 100 }, (_, i) => i), 'in the order of its device')
  }
})

test('a store that fails leaves the message without acknowledgement, and the broker alive', async t => {
  const { port } = await brokerFor(t, {
    store: interest => Object.assign(memoryStore(interest), { storeRetained: async () => { throw new Error('no space') } })
  })
  const client = await RawClient.open(port)
  client.send(publish('a', 'kept', { qos: 1, id: 1, retain: true }))
  await client.ended()
  t.same(client.ids(4), [])
  const other = await RawClient.open(port)
  other.send(publish('a', 'not kept', { qos: 1, id: 1 }))
  await other.next(4)
})
