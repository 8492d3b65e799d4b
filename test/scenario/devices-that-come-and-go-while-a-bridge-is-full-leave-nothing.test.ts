/** A remote may be away for days, and devices give up waiting and come again: nothing of the connections that waited may stay. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { pingreq, publish } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { relayOf } from '../support/scripted-relay.ts'

test('who waited for room waits no more once his connection is gone', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make, limits: { qos0WaitMs: 20 } })
  relay.now.full = true
  for (const qos of [1, 2] as const) {
    for (let time = 1; time <= 8; time++) {
      const client = await RawClient.open(port, { clientId: 'device', clean: false })
      const before = counters.publishHeld
      client.send(publish('up/a', 'x', { qos, id: 7 }))
      await eventually('it waits', () => counters.publishHeld === before + 1)
      client.destroy()
      await eventually('it is gone', () => counters.connections === 0)
    }
  }
  t.equal(relay.now.waiting, 0)

  const client = await RawClient.open(port, { clientId: 'device' })
  for (let n = 0; n < 5; n++) client.send(publish('up/a', 'x'))
  await eventually('each has waited in vain', () => counters.publishDroppedQos0 === 5)
  t.equal(relay.now.waiting, 1, 'a connection waits once')
  client.destroy()
  await eventually('it is gone', () => relay.now.waiting === 0)
})

test('a message of QoS 2 may be repeated ten thousand times before it is safe', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make, limits: { maxOwedAcknowledgements: 20_000 } })
  relay.now.holds = true
  const first = await RawClient.open(port, { clientId: 'device', clean: false })
  first.send(publish('up/a', 'x', { qos: 2, id: 7 }))
  await eventually('it is taken', () => relay.now.admitted.length === 1)
  const again = publish('up/a', 'x', { qos: 2, id: 7, dup: true })
  first.send(...new Array<Buffer>(15_000).fill(again))
  await eventually('they have come', () => counters.publishDuplicates === 15_000)
  first.destroy()
  await eventually('it is gone', () => counters.connections === 0)
  const second = await RawClient.open(port, { clientId: 'device', clean: false })
  second.send(again, pingreq())
  await second.next(13)
  relay.now.makeSafe()
  await second.until(() => second.ids(5).length === 1, 'PUBREC')
  t.equal(relay.now.admitted.length, 1)
})

test('a broker that stops takes nothing more from a device that it had held', async t => {
  const relay = relayOf()
  const { broker, port, counters } = await brokerFor(t, { relay: relay.make })
  relay.now.full = true
  const client = await RawClient.open(port, { clientId: 'device' })
  client.send(publish('up/a', 'held', { qos: 1, id: 1 }))
  await eventually('it waits', () => counters.publishHeld === 1)
  relay.now.holds = true
  const closed = broker.close(300)
  const late = client.ended()
  await new Promise(resolve => setImmediate(resolve))
  relay.now.makeRoom()
  client.send(publish('up/a', 'too late', { qos: 1, id: 2 }))
  await late
  await closed
  t.same(relay.now.admitted.map(({ payload }) => payload), ['held'])
})
