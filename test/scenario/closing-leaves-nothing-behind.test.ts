import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { relayOf } from '../support/scripted-relay.ts'

test('acknowledgements that are owed go out before the end, and nothing new comes in', async t => {
  const relay = relayOf()
  const { broker, port, counters } = await brokerFor(t, { relay: relay.make })
  const client = await RawClient.open(port)
  relay.now.holds = true
  client.send(publish('up/a', '1', { qos: 1, id: 1 }))
  await eventually('it is taken', () => relay.now.admitted.length === 1)
  const closed = broker.close(3000)
  client.send(publish('up/a', '2', { qos: 1, id: 2 }))
  setTimeout(() => relay.now.makeSafe(), 100)
  await client.ended()
  t.same(client.ids(4), [1])
  await closed
  t.equal(relay.now.admitted.length, 1)
  t.equal(counters.connections, 0)
  await t.rejects(RawClient.dial(port), { code: 'ECONNREFUSED' })
})

test('what stays owed is not waited for beyond the time given', async t => {
  const relay = relayOf()
  const { broker, port } = await brokerFor(t, { relay: relay.make })
  const client = await RawClient.open(port, { will: { topic: 'will' } })
  relay.now.holds = true
  client.send(publish('up/a', '1', { qos: 1, id: 1 }))
  await eventually('it is taken', () => relay.now.admitted.length === 1)
  const start = performance.now()
  await broker.close(200)
  const took = performance.now() - start
  t.ok(took >= 190 && took < 10_000, `it took ${took} ms`)
  t.ok(client.closed || client.stream.readableEnded)
})

test('a subscriber that reads nothing does not hold the end up for long', async t => {
  const { broker, port } = await brokerFor(t)
  const deaf = await RawClient.open(port, { clientId: 'deaf' })
  deaf.send(subscribe(1, ['#', 0]))
  await deaf.granted()
  deaf.stream.pause()
  const publisher = await RawClient.open(port, { clientId: 'publisher' })
  const bulk = Buffer.alloc(60_000)
  for (let i = 0; i < 100; i++) publisher.send(publish('bulk', bulk, { qos: 1, id: i + 1 }))
  await publisher.until(() => publisher.ids(4).length === 100, 'acknowledgements')
  const start = performance.now()
  await broker.close(0)
  t.ok(performance.now() - start < 10_000)
  deaf.destroy()
})

test('closing twice is closing once', async t => {
  const { broker } = await brokerFor(t)
  await Promise.all([broker.close(0), broker.close(0)])
  t.pass('both ended')
})
