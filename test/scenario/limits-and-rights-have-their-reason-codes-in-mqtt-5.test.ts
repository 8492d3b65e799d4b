/** What the broker does not let a device do has its own reason code in MQTT 5: in CONNACK, in an acknowledgement, or in DISCONNECT [section 2.4]. */
import { type Test, test } from 'tap'
import type { Gatekeeper } from '../../src/broker/auth/rights.ts'
import { SessionStore } from '../../src/broker/persistence/session-store.ts'
import { type TestBrokerOptions, brokerFor, everything, gatekeeperOf } from '../support/broker.ts'
import { alias, codes5, connect5, open5, publish5, reason5, sessionExpiry, subscribe5 } from '../support/packets-5.ts'
import { RawClient } from '../support/raw-client.ts'
import { generousLimits, storeOptions } from '../support/session-store.ts'

/** CONNACK of a device that comes, and that it is closed. */
async function refused (port: number, bytes: Buffer): Promise<number> {
  const client = await RawClient.dial(port)
  client.send(bytes)
  const { body } = await client.next(2)
  await client.ended()
  return body[1] ?? 0
}

/** DISCONNECT after these packets. */
async function ended (t: Test, options: TestBrokerOptions, ...packets: readonly Buffer[]): Promise<number> {
  const { port } = await brokerFor(t, options)
  const client = await open5(port)
  client.send(...packets)
  return reason5(client)
}

const refusing = (returnCode: 2 | 3 | 4 | 5): Gatekeeper => ({ ...gatekeeperOf(everything), authenticate: async () => ({ allow: false, returnCode, reason: 'a test' }) })

test('who may not come in', async t => {
  for (const [returnCode, reasonCode] of [[2, 0x85], [3, 0x88], [4, 0x86], [5, 0x87]] as const) {
    const { port } = await brokerFor(t, { gatekeeper: refusing(returnCode) })
    t.equal(await refused(port, connect5()), reasonCode)
  }
})

test('limits at CONNECT', async t => {
  const rate = await brokerFor(t, { limits: { maxConnectRate: 1 } })
  await open5(rate.port)
  t.equal(await refused(rate.port, connect5({ clientId: 'second' })), 0x9f, 'CONNECTs a second')
  const full = await brokerFor(t, { store: interest => new SessionStore(storeOptions({ interest, limits: { ...generousLimits, maxSessions: 1 } })) })
  await open5(full.port, { clientId: 'stored', properties: [sessionExpiry(60)] })
  t.equal(await refused(full.port, connect5({ clientId: 'late', properties: [sessionExpiry(60)] })), 0x88, 'stored sessions')
  await open5(full.port, { clientId: 'late' })
  const { port } = await brokerFor(t, { limits: { maxWillSize: 3 } })
  t.equal(await refused(port, connect5({ will: { topic: 'a', payload: 'long' } })), 0x95, 'size of a will')
  t.equal(await refused(port, connect5({ will: { topic: '$SYS/a' } })), 0x90, 'a topic of the server')
})

test('limits of a session', async t => {
  const { port } = await brokerFor(t, { limits: { maxSubscriptionsPerClient: 1 } })
  const client = await open5(port)
  client.send(subscribe5(1, [['a', 1]]), subscribe5(2, [['b', 1]]))
  t.same([...await codes5(client), ...await codes5(client)], [1, 0x97], 'subscriptions')
  t.equal(await ended(t, { mqtt: { maxPacketSize: 200 } }, publish5('a', 'x'.repeat(300))), 0x95, 'size of a packet')
  t.equal(await ended(t, {}, publish5('a/'.repeat(101), 'x')), 0x90, 'levels of a topic')
  t.equal(await ended(t, { mqtt: { maxTopicAlias: 2 } }, publish5('a', 'x', { properties: [alias(3)] })), 0x94, 'aliases')
  t.equal(await ended(t, {}, ...[1, 2, 3].map(id => publish5('a'.repeat(30_000), 'x', { properties: [alias(id)] }))), 0x97, 'names of aliases')
  t.equal(await ended(t, { limits: { maxInboundQos2: 1 } }, publish5('a', 'x', { qos: 2, id: 1 }), publish5('a', 'x', { qos: 2, id: 2 })), 0x93, 'open QoS 2')
})

test('rights: an acknowledgement says no, or the connection ends where the configuration wants that', async t => {
  const none = { publish: () => false, subscribe: () => false, receive: () => false }
  const { port } = await brokerFor(t, { gatekeeper: gatekeeperOf(none) })
  const client = await open5(port)
  client.send(publish5('a', 'x', { qos: 1, id: 1 }), publish5('a', 'x', { qos: 2, id: 2 }), publish5('a', 'x'), subscribe5(3, [['a', 0]]))
  t.equal((await client.next(4)).body[2], 0x87)
  t.equal((await client.next(5)).body[2], 0x87)
  t.same(await codes5(client), [0x87])
  client.send(publish5('a', 'x', { qos: 2, id: 2 }))
  t.equal((await client.next(5)).body[2], 0x87, 'its identifier is free again [MQTT-4.3.3-9]')
  t.equal(await ended(t, { gatekeeper: gatekeeperOf(none, 'disconnect') }, publish5('a', 'x')), 0x87)
})
