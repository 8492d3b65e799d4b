/** Invariant 3: an acknowledgement leaves when every required bridge and the local sessions have the message as they promise, in the order of the PUBLISHes [MQTT-4.6.0-2]. */
import { test } from 'tap'
import { brokerFor, everything, gatekeeperOf } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { memoryStore } from '../support/memory-store.ts'
import { disconnect, pingreq, pubrel, publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { relayOf } from '../support/scripted-relay.ts'

const sixOf = (topicOf: (i: number) => string): Buffer[] => [1, 2, 3, 4, 5, 6].map(i => publish(topicOf(i), String(i), { qos: 1, id: i }))

test('rights that take their time keep the order of messages and of PUBACKs', async t => {
  const slow = { ...everything, publish: (entry: { name: string }) => entry.name === 'slow' ? new Promise<boolean>(resolve => setTimeout(resolve, 10, true)) : true }
  const { port } = await brokerFor(t, { gatekeeper: gatekeeperOf(slow) })
  const client = await RawClient.open(port)
  client.send(subscribe(1, ['#', 0]))
  await client.granted()
  client.send(...sixOf(i => i % 2 === 0 ? 'fast' : 'slow'))
  await client.until(() => client.deliveries().length === 6 && client.ids(4).length === 6, 'all of it')
  t.same(client.ids(4), [1, 2, 3, 4, 5, 6])
  t.same(client.deliveries().map(one => one.payload), ['1', '2', '3', '4', '5', '6'])
})

test('a DISCONNECT right behind an undecided PUBLISH does not lose it', async t => {
  const slow = { ...everything, publish: () => new Promise<boolean>(resolve => setTimeout(resolve, 20, true)) }
  const { port } = await brokerFor(t, { gatekeeper: gatekeeperOf(slow) })
  const subscriber = await RawClient.open(port, { clientId: 'subscriber' })
  subscriber.send(subscribe(1, ['#', 0]))
  await subscriber.granted()
  const client = await RawClient.open(port, { clientId: 'hasty', will: { topic: 'will' } })
  client.send(publish('a', 'x', { qos: 1, id: 1 }), disconnect())
  await client.ended()
  t.match(await subscriber.delivery(), { topic: 'a', payload: 'x' })
  subscriber.send(pingreq())
  await subscriber.next(13)
  t.same(subscriber.deliveries(), [], 'and the will is not published')
  t.same(client.ids(4), [1])
})

test('no PUBACK before every bridge has it safe, and none out of order', async t => {
  const relay = relayOf()
  const { port } = await brokerFor(t, { relay: relay.make })
  const client = await RawClient.open(port)
  relay.now.holds = true
  client.send(publish('up/a', '1', { qos: 1, id: 1 }), publish('here', '2', { qos: 1, id: 2 }), publish('up/a', '3', { qos: 2, id: 3 }), pingreq())
  await client.next(13)
  t.same(client.received, [])
  relay.now.makeSafe()
  await client.next(5)
  t.same(client.ids(4), [1, 2])
})

test('no PUBACK before the session of a subscriber that is away has it', async t => {
  const storing: (() => void)[] = []
  const { port } = await brokerFor(t, {
    store: interest => {
      const inner = memoryStore(interest)
      const enqueue = inner.outgoingEnqueueCombi.bind(inner)
      return Object.assign(inner, {
        outgoingEnqueueCombi: async (...given: Parameters<typeof enqueue>) => {
          await new Promise<void>(resolve => storing.push(resolve))
          return enqueue(...given)
        }
      })
    }
  })
  const subscriber = await RawClient.open(port, { clientId: 'away', clean: false })
  subscriber.send(subscribe(1, ['a', 1]))
  await subscriber.granted()
  subscriber.destroy()
  const client = await RawClient.open(port)
  client.send(publish('a', 'x', { qos: 1, id: 1 }))
  await eventually('it is being stored', () => storing.length === 1)
  client.send(pingreq())
  await client.next(13)
  t.same(client.ids(4), [])
  storing[0]?.()
  await client.next(4)
})

test('a full bridge takes nothing, and everything once it has room', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make })
  const client = await RawClient.open(port)
  relay.now.full = true
  client.send(...sixOf(i => i % 2 === 0 ? 'here' : 'up/a'))
  await eventually('it is held', () => counters.publishHeld === 1)
  t.same(relay.now.admitted, [])
  relay.now.makeRoom()
  await client.until(() => client.ids(4).length === 6, 'acknowledgements')
  t.same(client.ids(4), [1, 2, 3, 4, 5, 6])
  t.same(relay.now.admitted.map(one => one.payload), ['1', '3', '5'])
})

test('a QoS 0 message waits for room a bounded time, then goes without the bridge', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make, limits: { qos0WaitMs: 200 } })
  const client = await RawClient.open(port)
  client.send(subscribe(1, ['up/#', 0]))
  await client.granted()
  relay.now.full = true
  client.send(publish('up/a', 'late'), pingreq())
  t.match(await client.delivery(), { payload: 'late' }, 'local subscribers get it')
  t.equal(counters.publishDroppedQos0, 1)
  t.same(relay.now.admitted, [])
})

test('more than may be owed stops the reading until half of it is given', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make, limits: { maxOwedAcknowledgements: 4 } })
  const client = await RawClient.open(port)
  relay.now.holds = true
  client.send(...sixOf(() => 'up/a'))
  await eventually('four are taken', () => counters.publishReceivedQos1 === 4)
  relay.now.makeSafe()
  await eventually('the others are taken', () => counters.publishReceivedQos1 === 6)
  relay.now.makeSafe()
  await client.until(() => client.ids(4).length === 6, 'acknowledgements')
  t.same(client.ids(4), [1, 2, 3, 4, 5, 6])
})

test('a denied message is acknowledged and discarded, or ends the connection', async t => {
  const denying = { ...everything, publish: () => false }
  const ignoring = await brokerFor(t, { gatekeeper: gatekeeperOf(denying) })
  const client = await RawClient.open(ignoring.port)
  client.send(subscribe(1, ['#', 0]), publish('a', 'x', { qos: 1, id: 1 }), publish('a', 'x'), publish('a', 'x', { qos: 2, id: 2 }), pubrel(2), pingreq())
  await client.next(13)
  t.same(client.received.map(one => one.type), [9, 4, 5, 7])
  t.equal(ignoring.counters.publishDenied, 3)

  const ending = await brokerFor(t, { gatekeeper: gatekeeperOf(denying, 'disconnect') })
  const other = await RawClient.open(ending.port)
  other.send(publish('a', 'x', { qos: 1, id: 1 }))
  await other.ended()
  t.same(other.received, [])
})

test('acknowledgements of one chunk leave in one write', async t => {
  const { port } = await brokerFor(t)
  const client = await RawClient.open(port)
  let chunks = 0
  client.stream.on('data', () => chunks++)
  client.send(...Array.from({ length: 300 }, (_, i) => publish('a', 'x', { qos: 1, id: i + 1 })))
  await client.until(() => client.ids(4).length === 300, 'acknowledgements')
  t.ok(chunks <= 4, `${chunks} chunks`)
})
