/** Invariant 1: a message enters the Relay once, in the order of its connection; at most one undecided message a connection, and what follows it waits. */
import { test } from 'tap'
import { brokerFor, everything, gatekeeperOf } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { publish, pubrel, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { relayOf } from '../support/scripted-relay.ts'

test('what follows an undecided message waits, and each enters once, in order', async t => {
  const relay = relayOf()
  const decide: ((allowed: boolean) => void)[] = []
  const asking = { ...everything, publish: (entry: { name: string }) => entry.name === 'up/asks' ? new Promise<boolean>(resolve => decide.push(resolve)) : true }
  const { port } = await brokerFor(t, { relay: relay.make, gatekeeper: gatekeeperOf(asking) })
  const subscriber = await RawClient.open(port, { clientId: 'subscriber' })
  subscriber.send(subscribe(1, ['#', 0]))
  await subscriber.granted()
  const device = await RawClient.open(port, { clientId: 'device' })
  const other = await RawClient.open(port, { clientId: 'other' })
  device.send(
    publish('up/a', '1', { qos: 1, id: 1 }),
    publish('up/asks', '2', { qos: 2, id: 2 }),
    publish('up/asks', '3', { qos: 1, id: 3 }),
    publish('up/a', '4', { qos: 2, id: 4 })
  )
  await eventually('the first question', () => decide.length === 1)
  other.send(publish('up/b', 'x', { qos: 1, id: 1 }))
  await other.next(4)
  t.same(relay.now.admitted.map(one => one.payload), ['1', 'x'], 'another connection does not wait')
  t.equal(decide.length, 1, 'one undecided message a connection')
  decide[0]?.(true)
  await eventually('the second question', () => decide.length === 2)
  t.same(relay.now.admitted.map(one => one.payload), ['1', 'x', '2'])
  decide[1]?.(true)
  await eventually('all', () => relay.now.admitted.length === 5)
  t.same(relay.now.admitted.map(one => one.payload), ['1', 'x', '2', '3', '4'])
  await subscriber.until(() => subscriber.deliveries().length === 5, 'all of it here')
  t.same(subscriber.deliveries().map(one => one.payload), ['1', 'x', '2', '3', '4'])
})

test('a message that found no room enters once when there is some, and a repetition of QoS 2 does not enter again', async t => {
  const relay = relayOf()
  const { port } = await brokerFor(t, { relay: relay.make })
  const device = await RawClient.open(port, { clientId: 'device' })
  relay.now.full = true
  device.send(publish('up/a', '1', { qos: 2, id: 7 }), publish('up/a', '2', { qos: 1, id: 8 }))
  await eventually('it is refused', () => relay.now.waiting > 0)
  t.same(relay.now.admitted, [])
  relay.now.makeRoom()
  await device.next(5)
  await device.next(4)
  device.send(publish('up/a', '1', { qos: 2, id: 7, dup: true }))
  await device.next(5)
  device.send(pubrel(7))
  await device.next(7)
  t.same(relay.now.admitted.map(one => one.payload), ['1', '2'])
})

test('what comes by no connection, and a will, enter by the same way and once', async t => {
  const relay = relayOf()
  const { port, broker } = await brokerFor(t, { relay: relay.make })
  const subscriber = await RawClient.open(port, { clientId: 'subscriber' })
  subscriber.send(subscribe(1, ['#', 1]))
  await subscriber.granted()
  const device = await RawClient.open(port, { clientId: 'device', will: { topic: 'up/will' } })
  device.destroy()
  await eventually('the will', () => relay.now.admitted.length === 1)
  await broker.publish({ topic: 'up/own', payload: Buffer.from('ours'), qos: 1, retain: false }, null)
  await subscriber.until(() => subscriber.deliveries().length === 2, 'both here')
  t.same(relay.now.admitted.map(one => one.topic), ['up/will', 'up/own'])
  t.same(subscriber.deliveries().map(one => one.topic), ['up/will', 'up/own'])
})
