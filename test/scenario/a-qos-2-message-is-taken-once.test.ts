import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { disconnect, pingreq, pubrel, publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { relayOf } from '../support/scripted-relay.ts'

const once = publish('up/a', 'once', { qos: 2, id: 7 })
const again = publish('up/a', 'once', { qos: 2, id: 7, dup: true })

test('a repetition on the same connection is acknowledged again and goes nowhere', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make })
  const subscriber = await RawClient.open(port, { clientId: 'subscriber' })
  subscriber.send(subscribe(1, ['#', 0]))
  await subscriber.granted()
  const client = await RawClient.open(port)
  client.send(once, again, again, pubrel(7), pubrel(7), pingreq())
  await client.next(13)
  t.same(client.received.map(one => one.type), [5, 5, 5, 7, 7])
  t.equal(relay.now.admitted.length, 1)
  subscriber.send(pingreq())
  await subscriber.next(13)
  t.equal(subscriber.deliveries().length, 1)
  t.equal(counters.publishDuplicates, 2)
  client.send(publish('up/a', 'another', { qos: 2, id: 7 }))
  await client.until(() => client.ids(5).length === 4, 'PUBREC')
  t.same(relay.now.admitted.map(one => one.payload), ['once', 'another'], 'after PUBREL the identifier is free')
})

test('a repetition after a reconnect of a persistent session goes nowhere', async t => {
  const relay = relayOf()
  const { port } = await brokerFor(t, { relay: relay.make })
  const first = await RawClient.open(port, { clientId: 'device', clean: false })
  first.send(once)
  await first.next(5)
  first.destroy()
  const second = await RawClient.open(port, { clientId: 'device', clean: false })
  second.send(again, pubrel(7))
  await second.next(7)
  t.same(second.ids(5), [7])
  t.equal(relay.now.admitted.length, 1)
})

test('a clean session begins with nothing open [MQTT-3.1.2-6]', async t => {
  const relay = relayOf()
  const { port } = await brokerFor(t, { relay: relay.make })
  const first = await RawClient.open(port, { clientId: 'device', clean: false })
  first.send(once)
  await first.next(5)
  first.send(disconnect())
  await first.ended()
  const second = await RawClient.open(port, { clientId: 'device' })
  second.send(again)
  await second.next(5)
  t.equal(relay.now.admitted.length, 2)
})

test('a repetition is not acknowledged before the first one is safe, not even on a new connection', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make })
  const first = await RawClient.open(port, { clientId: 'device', clean: false })
  relay.now.holds = true
  first.send(once)
  await eventually('it is taken', () => relay.now.admitted.length === 1)
  first.destroy()
  const second = await RawClient.open(port, { clientId: 'device', clean: false })
  second.send(again, again, pingreq())
  await second.next(13)
  t.same(second.received, [])
  relay.now.makeSafe()
  await second.until(() => second.ids(5).length === 2, 'both PUBRECs')
  t.equal(relay.now.admitted.length, 1)
  t.equal(counters.publishDuplicates, 2)
})

test('a message that waited for room when its connection broke was not taken', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make })
  const first = await RawClient.open(port, { clientId: 'device', clean: false })
  relay.now.full = true
  first.send(once)
  await eventually('it waits', () => counters.publishHeld === 1)
  first.destroy()
  await eventually('it is gone', () => counters.connections === 0)
  relay.now.makeRoom()
  const second = await RawClient.open(port, { clientId: 'device', clean: false })
  second.send(again)
  await second.next(5)
  t.equal(relay.now.admitted.length, 1)
})

test('more open handshakes than the limit end the connection', async t => {
  const { port } = await brokerFor(t, { limits: { maxInboundQos2: 3 } })
  const client = await RawClient.open(port)
  client.send(...[1, 2, 3, 4].map(id => publish('a', 'x', { qos: 2, id })))
  await client.ended()
  t.same(client.ids(5), [1, 2, 3])
})
