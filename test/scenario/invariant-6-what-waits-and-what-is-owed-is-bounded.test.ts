/** Invariant 6, for what waits for a remote, what is owed to a device and what it has open: each has its bound, and what is past it is held or refused, never lost. */
import { test } from 'tap'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'
import { pingreq, publish, pubrel, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { relayOf } from '../support/scripted-relay.ts'

test('messages that wait for a remote, by count', async t => {
  const north = rig(t, bridgeConfig(await freePort(), { maxSendQueueLen: 10 }))
  for (const qos of [1, 2] as const) for (let i = 0; i < 5; i++) t.ok(north.offer({ topic: 'up/a', payload: 'x', qos, packetId: i + 1 }))
  for (const qos of [1, 2] as const) t.notOk(north.offer({ topic: 'up/a', payload: 'x', qos, packetId: 9 }), 'full: whoever sent it is held')
  t.equal(north.bridge.queued, 10)
})

test('messages that wait for a remote, by their bytes', async t => {
  const north = rig(t, bridgeConfig(await freePort(), { maxSendQueueBytes: 10_000 }))
  let taken = 0
  while (taken < 100 && north.offer({ topic: 'up/a', payload: 'x'.repeat(1000), qos: 1 })) taken++
  t.ok(taken >= 8 && taken <= 10, `${taken} of 1,000 bytes each`)
})

test('acknowledgements owed to a device: it is not read past them, but answered when it asks, and read on when half are given', async t => {
  const relay = relayOf()
  const { port } = await brokerFor(t, { relay: relay.make, limits: { maxOwedAcknowledgements: 6 } })
  const client = await RawClient.open(port)
  relay.now.holds = true
  client.send(...Array.from({ length: 20 }, (_, i) => publish('up/a', String(i), { qos: 1, id: i + 1 })), pingreq())
  await client.next(13)
  t.equal(relay.now.admitted.length, 6)
  relay.now.makeSafe(0, 2)
  client.send(pingreq())
  await client.next(13)
  t.equal(relay.now.admitted.length, 6, 'too few were given')
  relay.now.makeSafe(0, 1)
  await eventually('it is read on', () => relay.now.admitted.length === 9)
  for (let safe = 3; safe < 20; safe += 6) {
    relay.now.makeSafe()
    await eventually('the next ones come in', () => relay.now.admitted.length === Math.min(20, safe + 12))
  }
  relay.now.makeSafe()
  await client.until(() => client.ids(4).length === 20, 'acknowledgements')
  t.same(client.ids(4), Array.from({ length: 20 }, (_, i) => i + 1))
})

test('messages of QoS 2 that a device has open: one more ends its connection', async t => {
  const { port, counters } = await brokerFor(t, { limits: { maxInboundQos2: 3 } })
  const client = await RawClient.open(port)
  const all = [1, 2, 3].map(id => publish('a', 'x', { qos: 2, id }))
  client.send(...all, ...all, pubrel(1), publish('a', 'x', { qos: 2, id: 4 }))
  await client.until(() => client.ids(5).length === 7, 'PUBRECs')
  t.same(client.ids(7), [1])
  client.send(publish('a', 'x', { qos: 2, id: 5 }))
  await client.ended()
  t.equal(counters.violations, 1)
})

test('what waits in the socket of a subscriber that does not read: the rest is dropped for it, and counted', async t => {
  const { port, counters } = await brokerFor(t, { limits: { maxSubscriberBacklogBytes: 100_000 } })
  const deaf = await RawClient.open(port, { clientId: 'deaf' })
  deaf.send(subscribe(1, ['a', 0]))
  await deaf.granted()
  deaf.stream.pause()
  const publisher = await RawClient.open(port, { clientId: 'publisher' })
  const payload = Buffer.alloc(50_000)
  // what the kernel takes between the two comes first
  for (let sent = 0; sent < 2000 && counters.deliveryDroppedQos0 === 0; sent += 20) {
    publisher.send(...Array.from({ length: 20 }, () => publish('a', payload)), pingreq())
    await publisher.next(13)
  }
  t.ok(counters.deliveryDroppedQos0 > 0)
})
