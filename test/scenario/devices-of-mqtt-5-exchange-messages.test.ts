/** Devices of MQTT 5, and of 3.1.1 beside them: what each sends arrives at each, with what its version can carry. */
import { test } from 'tap'
import { brokerFor, gatekeeperOf } from '../support/broker.ts'
import { packet, puback, pubcomp, publish, pubrec, pubrel, subscribe, text, u16 } from '../support/packets.ts'
import {
  NO_LOCAL, RETAIN_AS_PUBLISHED, alias, block, codes5, connect5, disconnect5, expiry, hex, next5, open5, publish5, reason5, retainHandling,
  subscribe5, unsubscribe5, userProperty
} from '../support/packets-5.ts'
import { RawClient } from '../support/raw-client.ts'

test('CONNACK says what there is, and the identifier it made up [MQTT-3.2.2-16]', async t => {
  const { port } = await brokerFor(t, { mqtt: { maxPacketSize: 70_000, maxTopicAlias: 7 }, limits: { maxKeepaliveSeconds: 20, maxInboundQos2: 9 } })
  const client = await open5(port, { clientId: '', keepAlive: 60 })
  const body = client.connack.body
  t.same([...body.subarray(0, 2)], [0, 0])
  const properties = body.toString('latin1', 3)
  t.match(properties, /auto-[0-9a-f-]{36}/)
  for (const [what, bytes] of Object.entries({ receive: [0x21, 0, 9], size: [0x27, 0, 1, 0x11, 0x70], alias: [0x22, 0, 7], keep: [0x13, 0, 20] })) {
    t.ok(body.includes(Buffer.from(bytes)), what)
  }
})

test('properties arrive in their order, and 3.1.1 gets the message without them [MQTT-3.3.2-18]', async t => {
  const { port } = await brokerFor(t)
  const properties = [[1, 1], userProperty('a', '1'), userProperty('b', '2'), Buffer.concat([Buffer.of(3), text('text/plain')]), userProperty('a', '3'),
    Buffer.concat([Buffer.of(8), text('answer/here')]), Buffer.concat([Buffer.of(9), text('id')])]
  const five = await open5(port, { clientId: 'five' })
  const four = await RawClient.open(port, { clientId: 'four' })
  const sender = await open5(port, { clientId: 'sender' })
  five.send(subscribe5(1, [['t/#', 2]]))
  four.send(subscribe(1, ['t/#', 2]))
  t.same(await codes5(five), [2])
  await four.granted()
  for (const qos of [0, 1, 2] as const) {
    sender.send(publish5('t/1', `at ${qos}`, { qos, id: 7, properties }))
    const got = await next5(five)
    t.match(got, { topic: 't/1', payload: `at ${qos}`, qos, properties: hex(...properties) })
    if (qos === 1) five.send(puback(got.id))
    t.match(await four.delivery(), { topic: 't/1', payload: `at ${qos}`, qos })
  }
  t.same((await sender.next(4)).body.length, 2)
  t.same((await sender.next(5)).body.length, 2)
  sender.send(pubrel(7))
  await sender.next(7)
  four.send(publish('t/2', 'from 3.1.1', { qos: 1 }))
  t.match(await next5(five), { payload: 'from 3.1.1', properties: '' })
  sender.send(publish5('t/3', ''))
  t.match(await next5(five), { topic: 't/3', payload: '', properties: '' })
})

test('the whole of a QoS 2 delivery, and one that the device refuses [MQTT-4.4.0-2]', async t => {
  const { port, counters } = await brokerFor(t)
  const five = await open5(port, { clientId: 'five', clean: false, properties: [[0x11, 0, 0, 0, 60]] })
  const sender = await open5(port, { clientId: 'sender' })
  five.send(subscribe5(1, [['q', 2]]))
  await codes5(five)
  sender.send(publish5('q', '1', { qos: 2, id: 1 }), publish5('q', '2', { qos: 2, id: 2 }))
  const [first, second] = [await next5(five), await next5(five)]
  five.send(pubrec(first.id))
  await five.next(6)
  five.send(pubcomp(first.id), packet(0x50, u16(second.id), [0x87]))
  five.send(packet(0xc0))
  await five.next(13)
  t.equal(counters.strayAcknowledgements, 0)
  five.destroy()
  const again = await open5(port, { clientId: 'five', clean: false, properties: [[0x11, 0, 0, 0, 60]] })
  t.equal(again.connack.body[0], 1)
  again.send(packet(0xc0))
  await again.next(13)
  t.same(again.received, [], 'nothing is left to send')
})

test('an alias is resolved at the door, and set anew [MQTT-3.3.2-12]', async t => {
  const { port } = await brokerFor(t)
  const five = await open5(port, { clientId: 'five' })
  five.send(subscribe5(1, [['#', 0]]))
  await codes5(five)
  const sender = await open5(port, { clientId: 'sender' })
  const kept = userProperty('k', 'v')
  sender.send(publish5('first/topic', 'a', { properties: [kept, alias(3)] }), publish5('', 'b', { properties: [alias(3), kept] }),
    publish5('second', 'c', { properties: [alias(3)] }), publish5('', 'd', { properties: [alias(3)] }))
  for (const [topic, payload, properties] of [['first/topic', 'a', hex(kept)], ['first/topic', 'b', hex(kept)], ['second', 'c', ''], ['second', 'd', '']]) {
    t.match(await next5(five), { topic, payload, properties })
  }
})

test('aliases on the way out: the topic once, then its alias, never more than asked for [MQTT-3.1.2-26]', async t => {
  const { port } = await brokerFor(t)
  const five = await open5(port, { clientId: 'five', properties: [[0x22, 0, 1]] })
  five.send(subscribe5(1, [['#', 0]]))
  await codes5(five)
  const sender = await open5(port, { clientId: 'sender' })
  for (const topic of ['long/topic/one', 'long/topic/two', 'long/topic/one']) sender.send(publish5(topic, topic, { properties: [userProperty('a', 'b')] }))
  const got = [await next5(five), await next5(five), await next5(five)]
  t.same(got.map(({ topic, payload, properties }) => [topic, payload, properties]), [
    ['long/topic/one', 'long/topic/one', hex(alias(1), userProperty('a', 'b'))],
    ['long/topic/two', 'long/topic/two', hex(userProperty('a', 'b'))],
    ['', 'long/topic/one', hex(alias(1), userProperty('a', 'b'))]
  ])
})

test('options: no local, retain as published, all subscription identifiers [MQTT-3.3.4-4] [MQTT-3.8.3-3] [MQTT-3.3.1-13]', async t => {
  const { port } = await brokerFor(t)
  const five = await open5(port, { clientId: 'five' })
  five.send(subscribe5(1, [['own', 1 | NO_LOCAL]]), subscribe5(2, [['a/#', 1]], [0x0b, 7]), subscribe5(3, [['a/b', 2 | RETAIN_AS_PUBLISHED]], [0x0b, 0xe9, 0x07]))
  for (let i = 0; i < 3; i++) await codes5(five)
  five.send(publish5('own', 'mine', { qos: 1 }))
  await five.next(4)
  const sender = await open5(port, { clientId: 'sender' })
  sender.send(publish5('own', 'theirs'), publish5('a/b', 'x', { qos: 2, retain: true }), publish5('a/c', 'y', { retain: true }))
  t.match(await next5(five), { topic: 'own', payload: 'theirs' })
  t.match(await next5(five), { topic: 'a/b', qos: 2, retain: true, properties: '0b070be907' }, 'the highest QoS of both [MQTT-3.3.5-1]')
  t.match(await next5(five), { topic: 'a/c', retain: false, properties: '0b07' })
})

test('retain handling, and a retained message with its properties [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]', async t => {
  const { port } = await brokerFor(t)
  const sender = await open5(port, { clientId: 'sender' })
  sender.send(publish5('kept', 'v', { qos: 1, retain: true, properties: [expiry(100), userProperty('a', 'b')] }))
  await sender.next(4)
  const five = await open5(port, { clientId: 'five' })
  const asks: readonly (readonly [options: number, comes: boolean, what: string])[] = [
    [1 | retainHandling(2), false, 'never'], [1, true, 'always'], [1 | retainHandling(1), false, 'not for one that is there'], [0, true, 'always, at QoS 0']
  ]
  for (const [options, comes, what] of asks) {
    five.send(subscribe5(1, [['kept', options]], [0x0b, 5]))
    t.same(await codes5(five), [options & 3], what)
    if (comes) t.match(await next5(five), { payload: 'v', retain: true, qos: options & 3, properties: /^020000006[34]260001610001620b05$/ }, what)
  }
  five.send(unsubscribe5(2, 'kept', 'other'))
  t.same(await codes5(five, 11), [0, 0x11])
  five.send(subscribe5(3, [['kept', retainHandling(1)]]))
  t.match(await next5(five), { payload: 'v', retain: true })
  five.send(packet(0xc0))
  await five.next(13)
  t.same(five.received.filter(one => one.type === 3), [])
  const four = await RawClient.open(port, { clientId: 'four' })
  four.send(subscribe(1, ['kept', 1]))
  t.match(await four.delivery(), { payload: 'v', retain: true })
})

test('Receive Maximum and Maximum Packet Size of the device are kept [MQTT-3.3.4-9] [MQTT-3.1.2-24]', async t => {
  const { port } = await brokerFor(t)
  const five = await open5(port, { clientId: 'five', clean: false, properties: [[0x11, 0, 0, 0, 60], [0x21, 0, 2], [0x27, 0, 0, 0, 40]] })
  five.send(subscribe5(1, [['#', 1]]))
  await codes5(five)
  const sender = await open5(port, { clientId: 'sender' })
  for (let i = 1; i <= 4; i++) sender.send(publish5('t', `${i}`, { qos: 1, id: i }))
  sender.send(publish5('t', 'x'.repeat(100), { qos: 1, id: 5 }), publish5('t', 'last', { qos: 1, id: 6 }), publish5('t', 'at 0'))
  for (let i = 0; i < 6; i++) await sender.next(4)
  const first = [await next5(five), await next5(five), await next5(five)]
  t.same(first.map(one => one.payload), ['1', '2', 'at 0'])
  for (const one of first) if (one.qos > 0) five.send(puback(one.id))
  const more = [await next5(five), await next5(five)]
  for (const one of more) five.send(puback(one.id))
  t.same([...more, await next5(five)].map(one => one.payload), ['3', '4', 'last'])
})

test('a PUBLISH that is not allowed is answered so, and the connection stays; DISCONNECT says why others end', async t => {
  const rights = { publish: (entry: { name: string }) => entry.name !== 'no', subscribe: (filter: string) => filter !== 'no', receive: () => true }
  const { port } = await brokerFor(t, { gatekeeper: gatekeeperOf(rights), limits: { maxInboundQos2: 2 } })
  const client = await open5(port)
  client.send(publish5('no', 'x', { qos: 1, id: 4 }), publish5('no', 'x', { qos: 2, id: 5 }), publish5('yes', 'x', { qos: 1, id: 6 }), subscribe5(7, [['no', 0], ['yes', 1]]))
  t.same([...(await client.next(4)).body.subarray(0, 3)], [0, 4, 0x87])
  t.same([...(await client.next(5)).body.subarray(0, 3)], [0, 5, 0x87])
  t.same([...(await client.next(4)).body], [0, 6])
  t.same(await codes5(client), [0x87, 1])
  client.send(pubrel(77))
  t.same([...(await client.next(7)).body.subarray(0, 3)], [0, 77, 0x92])
  client.send(publish5('yes', 'x', { qos: 2, id: 8 }), publish5('yes', 'x', { qos: 2, id: 9 }), publish5('yes', 'x', { qos: 2, id: 10 }))
  t.equal(await reason5(client), 0x93, 'Receive Maximum')
  const second = await open5(port)
  const third = await open5(port)
  t.equal(await reason5(second), 0x8e, 'taken over')
  third.send(disconnect5(0))
  await third.ended()
  t.same(third.received, [], 'nothing is said after DISCONNECT')
})

test('a CONNECT that is wrong is answered with its reason', async t => {
  const { port } = await brokerFor(t)
  const says: readonly (readonly [bytes: Buffer, code: number])[] = [
    [connect5({ properties: [[0x21, 0, 0]] }), 0x82],
    [connect5({ properties: [[0x7e]] }), 0x81],
    [connect5({ properties: [Buffer.concat([Buffer.of(0x15), text('KERBEROS')])] }), 0x8c],
    [connect5({ will: { topic: '$SYS/x' } }), 0x90],
    [packet(0x10, text('MQTT'), [5, 3], u16(0), block(), text('x')), 0x81]
  ]
  for (const [bytes, code] of says) {
    const client = await RawClient.dial(port)
    client.send(bytes)
    t.equal((await client.next(2)).body[1], code)
    await client.ended()
  }
  const only = await brokerFor(t, { mqtt: { versions: ['3.1.1'] } })
  const refused = await RawClient.dial(only.port)
  refused.send(connect5())
  t.same([...(await refused.next(2)).body], [0, 0x84, 0])
})
