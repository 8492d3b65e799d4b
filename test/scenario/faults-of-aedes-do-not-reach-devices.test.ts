/** What Aedes 1.2 does wrong by itself, each shown not to happen here. */
import { test } from 'tap'
import { silentLogger } from '../../src/logger.ts'
import { BrokerCounters } from '../../src/metrics/broker-counters.ts'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import { EdgeBroker } from '../../src/broker/edge-broker.ts'
import { LocalInterest } from '../../src/broker/local-interest.ts'
import { RelayEntry } from '../../src/broker/relay-entry.ts'
import { SessionStore } from '../../src/broker/persistence/session-store.ts'
import { brokerFor, testLimits, testMqtt } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { connect, pingreq, puback, publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

const storeFor = (interest: LocalInterest): SessionStore => new SessionStore({ mqtt: testMqtt, limits: testLimits, interest, logger: silentLogger })

test('a bridge-mode device with a stored session does not get its own messages, and stays', async t => {
  const { port } = await brokerFor(t)
  const bridge = await RawClient.open(port, { clientId: 'bridge', clean: false, level: 0x84 })
  bridge.send(subscribe(1, ['#', 1]))
  await bridge.granted()
  const other = await RawClient.open(port, { clientId: 'other' })
  bridge.send(publish('mine', 'x', { qos: 1, id: 1 }), publish('mine', 'y', { qos: 1, id: 2 }))
  await bridge.until(() => bridge.ids(4).length === 2, 'acknowledgements')
  other.send(publish('yours', 'kept', { qos: 1, id: 1, retain: true }))
  t.match(await bridge.delivery(), { topic: 'yours', retain: true }, 'RETAIN is as it was published')
  bridge.send(pingreq())
  await bridge.next(13)
  t.same(bridge.deliveries(), [])
})

test('an acknowledgement waits for the disk behind stored sessions and retained messages', async t => {
  const disk: (() => void)[] = []
  const { port } = await brokerFor(t, {
    store: interest => Object.assign(storeFor(interest), { settled: (done: (error: null) => void) => { disk.push(() => done(null)) } })
  })
  const client = await RawClient.open(port)
  client.send(publish('plain', 'x', { qos: 1, id: 1 }), publish('kept', 'x', { qos: 1, id: 2, retain: true }), publish('plain', 'x', { qos: 1, id: 3 }), pingreq())
  await client.next(13)
  await eventually('the store has it', () => disk.length === 1)
  t.same(client.ids(4), [1])
  disk[0]?.()
  await client.until(() => client.ids(4).length === 3, 'acknowledgements')
  t.same(client.ids(4), [1, 2, 3])
})

test('a store that fails at SUBSCRIBE ends that connection only', async t => {
  const { port } = await brokerFor(t, {
    store: interest => Object.assign(storeFor(interest), { addSubscriptions: async () => { throw new Error('disk gone') } })
  })
  const persistent = await RawClient.open(port, { clientId: 'persistent', clean: false })
  persistent.send(subscribe(1, ['a', 1]))
  await persistent.ended()
  const clean = await RawClient.open(port, { clientId: 'clean' })
  clean.send(subscribe(1, ['a', 1]))
  t.same(await clean.granted(), [1])
})

test('a will of a broker that is no more is judged without a client', async t => {
  const interest = new LocalInterest()
  const entry = new RelayEntry(createRelay({ interest }), new BrokerCounters())
  const edge = new EdgeBroker({ interest, store: storeFor(interest), entry, logger: silentLogger })
  const judged = async (topic: string): Promise<boolean> => new Promise(resolve => {
    edge.authorizePublish(null, { cmd: 'publish', topic, payload: '', qos: 0, retain: false, dup: false }, error => resolve(error == null))
  })
  t.equal(await judged('will'), true)
  t.equal(await judged('$SYS/x'), false)
})

test('an empty client id with clean session gets one, and leaves no session', async t => {
  const { port, counters } = await brokerFor(t)
  const anonymous = await RawClient.open(port, { clientId: '' })
  const another = await RawClient.open(port, { clientId: '' })
  anonymous.send(pingreq())
  await anonymous.next(13)
  another.destroy()
  anonymous.destroy()
  await eventually('both are gone', () => counters.sessions === 0)
  t.equal(counters.takeOvers, 0)
})

test('names that JavaScript gives a meaning are only names', async t => {
  const { port } = await brokerFor(t)
  for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
    const client = await RawClient.dial(port)
    client.send(connect({ clientId: name, clean: false }), subscribe(1, [name, 1]), publish(name, name, { qos: 1, id: 1 }))
    const delivery = await client.delivery()
    t.match(delivery, { topic: name, payload: name })
    client.send(puback(delivery.id), pingreq())
    await client.next(13)
  }
})

test('a session that subscribes while messages flow is not cut off', async t => {
  const { port } = await brokerFor(t)
  const publisher = await RawClient.open(port, { clientId: 'publisher' })
  const keeper = await RawClient.open(port, { clientId: 'keeper', clean: false })
  keeper.send(subscribe(1, ['flow', 1]))
  await keeper.granted()
  let id = 0
  const flood = setInterval(() => publisher.send(...Array.from({ length: 20 }, () => publish('flow', 'x', { qos: 1, id: ++id % 60_000 + 1 }))), 1)
  t.teardown(() => clearInterval(flood))
  for (let i = 0; i < 30; i++) {
    const client = await RawClient.open(port, { clientId: `late-${i}`, clean: false })
    client.send(subscribe(1, ['flow', 1]))
    await client.delivery()
    client.send(pingreq())
    await client.next(13)
    t.notOk(client.closed)
    client.destroy()
  }
  clearInterval(flood)
})

test('deep topics and filters do not reach the matchers', async t => {
  const { port, broker } = await brokerFor(t)
  const client = await RawClient.open(port, { clientId: 'witness' })
  client.send(subscribe(1, ['#', 0]))
  await client.granted()
  const error = await new Promise<Error | null>(resolve => {
    broker.deliver({ topic: 'a/'.repeat(200), payload: Buffer.from('x'), qos: 1, retain: false, bridge: 'north' }, resolve)
  })
  t.match(error, { code: 'CW_BROKER_DELIVERY' })
  const deep = await RawClient.open(port, { clientId: 'deep' })
  deep.send(subscribe(1, ['/'.repeat(150), 0]))
  await deep.ended()
  client.send(pingreq())
  await client.next(13)
})
