/** Shared subscriptions [MQTT-4.8.2-4] [MQTT-4.8.2-5], of devices of both versions in one group. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { packet, publish, subscribe, unsubscribe } from '../support/packets.ts'
import { NO_LOCAL, codes5, next5, open5, publish5, reason5, sessionExpiry, subscribe5, userProperty } from '../support/packets-5.ts'
import { RawClient } from '../support/raw-client.ts'

test('thirty messages, ten for each member, whatever it speaks; the plain subscriber gets all', async t => {
  const { port } = await brokerFor(t)
  const two = [await open5(port, { clientId: 'five-1' }), await open5(port, { clientId: 'five-2' })]
  for (const one of two) {
    one.send(subscribe5(1, [['$share/g/t/+', 1]], [0x0b, 8]))
    t.same(await codes5(one), [1])
  }
  const four = await RawClient.open(port, { clientId: 'four' })
  four.send(subscribe(1, ['$share/g/t/+', 1]))
  t.same(await four.granted(), [1])
  const plain = await RawClient.open(port, { clientId: 'plain' })
  plain.send(subscribe(1, ['#', 1], ['$share/other/t/1', 0]))
  await plain.granted()
  const sender = await RawClient.open(port, { clientId: 'sender' })
  for (let i = 1; i <= 30; i++) sender.send(publish('t/1', `${i}`, { qos: i % 2 === 0 ? 1 : 0, id: i }))
  await eventually('the plain subscriber has all', () => plain.deliveries().length === 60)
  const counts = [...two, four].map(one => one.received.filter(({ type }) => type === 3).length)
  t.same(counts, [10, 10, 10])
  t.match(await next5(two[0] as RawClient), { properties: '0b08' })
  four.send(unsubscribe(2, '$share/g/t/+'))
  await four.next(11)
  const before = four.deliveries().length
  sender.send(publish('t/1', 'more'), publish('t/1', 'more'))
  await eventually('the others have the rest', () => two.flatMap(one => one.received.filter(({ type }) => type === 3)).length === 21)
  t.equal(four.deliveries().length, before, 'it has left')
})

test('a group does not see $ topics by a wildcard, retained messages, or no local', async t => {
  const { port } = await brokerFor(t)
  const sender = await open5(port, { clientId: 'sender' })
  sender.send(publish5('kept', 'old', { retain: true, qos: 1, id: 1 }))
  await sender.next(4)
  const member = await open5(port, { clientId: 'member' })
  member.send(subscribe5(1, [['$share/g/#', 1]]))
  await codes5(member)
  sender.send(publish5('$other', 'hidden'), publish5('seen', 'new', { properties: [userProperty('a', 'b')] }))
  t.match(await next5(member), { topic: 'seen', properties: '26000161000162' })
  t.same(member.received, [])
  member.send(subscribe5(2, [['$share/g/a', NO_LOCAL]]))
  t.equal(await reason5(member), 0x82, 'no local on a shared subscription [MQTT-3.8.3-4]')
})

test('a member that is away gets nothing while another is here', async t => {
  const { port, counters } = await brokerFor(t)
  const away = await open5(port, { clientId: 'away', properties: [sessionExpiry(100)] })
  const here = await RawClient.open(port, { clientId: 'here' })
  away.send(subscribe5(1, [['$share/g/t', 1]]))
  await codes5(away)
  here.send(subscribe(1, ['$share/g/t', 1]))
  await here.granted()
  away.destroy()
  await eventually('the connection is let go of', () => counters.sessions === 1)
  const sender = await RawClient.open(port, { clientId: 'sender' })
  for (let id = 1; id <= 10; id++) sender.send(publish('t', `${id}`, { qos: 1, id }))
  await eventually('the one that is here has all', () => here.deliveries().length === 10)
  const back = await open5(port, { clientId: 'away', clean: false, properties: [sessionExpiry(100)] })
  back.send(packet(0xc0))
  await back.next(13)
  t.same(back.received, [])
})

test('nobody is here: a stored session keeps it, and gets it when it is back', async t => {
  const { port, counters } = await brokerFor(t)
  const away = await open5(port, { clientId: 'away', properties: [sessionExpiry(100)] })
  away.send(subscribe5(1, [['$share/g/t', 1]]))
  await codes5(away)
  away.destroy()
  await eventually('the connection is let go of', () => counters.sessions === 0)
  const sender = await RawClient.open(port, { clientId: 'sender' })
  sender.send(publish('t', 'kept', { qos: 1, id: 1 }), publish('t', 'gone'))
  await sender.next(4)
  const back = await open5(port, { clientId: 'away', clean: false, properties: [sessionExpiry(100)] })
  t.match(await next5(back), { payload: 'kept', qos: 1 })
  sender.send(publish('t', 'live', { qos: 1, id: 2 }))
  t.match(await next5(back), { payload: 'live' }, 'its group goes on')
  back.send(packet(0xc0))
  await back.next(13)
  t.same(back.received, [])
})
