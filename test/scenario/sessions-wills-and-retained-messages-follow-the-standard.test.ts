import { test } from 'tap'
import { brokerFor, everything, gatekeeperOf } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { connect, disconnect, pingreq, puback, publish, subscribe, unsubscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { relayOf } from '../support/scripted-relay.ts'

test('a retained message is given to who subscribes later, replaced, and deleted by an empty one', async t => {
  const { port } = await brokerFor(t)
  const client = await RawClient.open(port)
  client.send(publish('state', 'old', { retain: true }), publish('state', 'new', { qos: 1, id: 1, retain: true }))
  await client.next(4)
  client.send(subscribe(1, ['+', 0]))
  t.match(await client.delivery(), { topic: 'state', payload: 'new', retain: true, qos: 0 })
  client.send(publish('state', 'live', { retain: true }))
  t.match(await client.delivery(), { payload: 'live', retain: false }, 'a subscription that was there sees RETAIN 0 [MQTT-3.3.1-9]')
  client.send(publish('state', '', { qos: 1, id: 2, retain: true }))
  await client.next(4)
  await client.delivery()
  client.send(subscribe(2, ['state', 1]), pingreq())
  await client.next(13)
  t.same(client.deliveries(), [])
})

test('a persistent session gets what it missed, in order, and SUBSCRIBEs nothing anew', async t => {
  const { port } = await brokerFor(t)
  const first = await RawClient.open(port, { clientId: 'away', clean: false })
  first.send(subscribe(1, ['kept/#', 1], ['given-up', 1]), unsubscribe(2, 'given-up'))
  await first.next(11)
  first.send(disconnect())
  await first.ended()
  const publisher = await RawClient.open(port, { clientId: 'publisher' })
  publisher.send(...[1, 2, 3].map(id => publish('kept/a', String(id), { qos: 1, id })), publish('given-up', 'x', { qos: 1, id: 4 }))
  await publisher.until(() => publisher.ids(4).length === 4, 'acknowledgements')
  const second = await RawClient.dial(port)
  second.send(connect({ clientId: 'away', clean: false }))
  t.same([...(await second.next(2)).body], [1, 0], 'session present')
  await second.until(() => second.deliveries().length === 3, 'what it missed')
  t.same(second.deliveries().map(one => one.payload), ['1', '2', '3'])
  second.send(...second.deliveries().map(one => puback(one.id)))
  publisher.send(publish('kept/a', 'live', { qos: 1, id: 5 }))
  await second.until(() => second.deliveries().some(one => one.payload === 'live'), 'a live one')
  second.send(disconnect())
  await second.ended()
  const clean = await RawClient.dial(port)
  clean.send(connect({ clientId: 'away' }))
  t.same([...(await clean.next(2)).body], [0, 0], 'wiped')
})

test('interest is exact: live, offline, wiped', async t => {
  const { port, interest } = await brokerFor(t)
  t.notOk(interest.wants('a'))
  const client = await RawClient.open(port, { clientId: 'interested', clean: false })
  client.send(subscribe(1, ['a', 1], ['b', 0]))
  await client.granted()
  t.ok(interest.wants('a') && interest.wants('b'))
  client.destroy()
  await eventually('its QoS 0 subscription sleeps', () => !interest.wants('b'))
  t.ok(interest.wants('a'))
  const back = await RawClient.open(port, { clientId: 'interested' })
  t.notOk(interest.wants('a'), 'wiped by a clean session')
  back.send(subscribe(1, ['#', 0]))
  await back.granted()
  t.ok(interest.wants('c'))
  t.notOk(interest.wants('$internal/c'), 'not by a wildcard [MQTT-4.7.2-1]')
  back.destroy()
  await eventually('nobody is left', () => !interest.wants('c'))
})

test('a will is published when a device is lost, offered to the bridges once, and forgotten after DISCONNECT', async t => {
  const relay = relayOf()
  const { port } = await brokerFor(t, { relay: relay.make })
  const witness = await RawClient.open(port, { clientId: 'witness' })
  witness.send(subscribe(1, ['up/#', 1]))
  await witness.granted()
  const will = { topic: 'up/will', payload: 'lost', qos: 1, retain: true } as const
  const lost = await RawClient.open(port, { clientId: 'lost', will })
  lost.destroy()
  t.match(await witness.delivery(), { topic: 'up/will', payload: 'lost', qos: 1 })
  t.same(relay.now.admitted, [{ topic: 'up/will', payload: 'lost', qos: 1, from: null }])
  const orderly = await RawClient.open(port, { clientId: 'orderly', will })
  orderly.send(disconnect())
  orderly.stream.end()
  await orderly.ended()
  witness.send(pingreq())
  await witness.next(13)
  t.same(witness.deliveries(), [])
  t.equal(relay.now.admitted.length, 1)
})

test('a will that the rights forbid is not published', async t => {
  const rights = { ...everything, publish: (entry: { name: string }) => entry.name !== 'secret' }
  const { port } = await brokerFor(t, { gatekeeper: gatekeeperOf(rights) })
  const witness = await RawClient.open(port, { clientId: 'witness' })
  witness.send(subscribe(1, ['#', 0]))
  await witness.granted()
  for (const topic of ['secret', 'open']) (await RawClient.open(port, { clientId: topic, will: { topic } })).destroy()
  t.match(await witness.delivery(), { topic: 'open' })
})

test('who comes later takes the client id over; of many at one instant one lives', async t => {
  const { port, counters } = await brokerFor(t)
  const first = await RawClient.open(port, { clientId: 'twin', will: { topic: 'will' } })
  const second = await RawClient.open(port, { clientId: 'twin' })
  await first.ended()
  t.equal(counters.takeOvers, 1)
  second.send(pingreq())
  await second.next(13)
  for (let round = 0; round < 10; round++) {
    const racers = await Promise.all(Array.from({ length: 5 }, () => RawClient.dial(port)))
    for (const racer of racers) racer.send(connect({ clientId: 'twin', clean: round % 2 === 0 }))
    await eventually('all but one are gone', () => racers.filter(racer => !racer.closed).length === 1)
    const [winner] = racers.filter(racer => !racer.closed)
    winner?.send(subscribe(1, ['a', 0]), publish('a', 'x'))
    t.match(await winner?.delivery(), { payload: 'x' })
    t.equal(counters.sessions, 1)
  }
})

test('who is refused takes nobody\'s client id over', async t => {
  const base = gatekeeperOf(everything)
  const { port, counters } = await brokerFor(t, {
    gatekeeper: { ...base, authenticate: async given => given.username === 'mallory' ? { allow: false, returnCode: 4, reason: 'test' } : base.authenticate(given) }
  })
  const victim = await RawClient.open(port, { clientId: 'victim' })
  const mallory = await RawClient.dial(port)
  mallory.send(connect({ clientId: 'victim', username: 'mallory' }))
  t.same([...(await mallory.next(2)).body], [0, 4])
  await mallory.ended()
  victim.send(pingreq())
  await victim.next(13)
  t.equal(counters.connectsRefused, 1)
})

test('no zombies: devices that leave at any moment leave nothing behind', async t => {
  let delay = 0
  const base = gatekeeperOf(everything)
  const gatekeeper = { ...base, authenticate: async () => new Promise<{ allow: true, rights: typeof everything }>(resolve => setTimeout(resolve, delay++ % 5, { allow: true, rights: everything })) }
  const { port, counters, interest } = await brokerFor(t, { gatekeeper })
  for (let round = 0; round < 40; round++) {
    const client = await RawClient.dial(port)
    client.send(connect({ clientId: `ghost-${round % 7}`, clean: false, will: { topic: 'w' } }), subscribe(1, ['a', 0]))
    await new Promise(resolve => setTimeout(resolve, round % 6))
    client.destroy()
  }
  await eventually('all are gone', () => counters.connections === 0 && counters.sessions === 0 && !interest.wants('a'))
  t.equal(counters.sessions, 0)
})

test('a delivery has the highest QoS that its subscriptions were granted, and not more', async t => {
  const { port } = await brokerFor(t)
  const client = await RawClient.open(port)
  client.send(subscribe(1, ['a/+', 1]))
  await client.granted()
  client.send(publish('a/b', 'x', { qos: 2, id: 1 }))
  t.match(await client.delivery(), { qos: 1 }, 'a wildcard subscription bounds it too [MQTT-3.8.4-6]')
  client.send(publish('r/b', 'x', { qos: 2, id: 2, retain: true }))
  await client.until(() => client.ids(5).length === 2, 'PUBREC')
  client.send(subscribe(2, ['r/+', 0]))
  t.match(await client.delivery(), { topic: 'r/b', qos: 0 }, 'and so for a retained message')
})
