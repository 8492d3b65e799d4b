/** Sessions, expiry and wills of MQTT 5 [sections 3.1.2.11.2, 3.1.3.2.2, 3.14.2.2.2]. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { packet, publish, pubrel, subscribe } from '../support/packets.ts'
import { NO_LOCAL, codes5, disconnect5, expiry, hex, next5, open5, publish5, reason5, sessionExpiry, subscribe5, userProperty } from '../support/packets-5.ts'
import { RawClient } from '../support/raw-client.ts'

test('a session goes on for as long as it asked for, and no longer', async t => {
  const { port, counters } = await brokerFor(t)
  const present = async (clean: boolean, seconds: number): Promise<number> => {
    const client = await open5(port, { clientId: 'dev', clean, properties: [sessionExpiry(seconds)] })
    client.destroy()
    await eventually('the connection is let go of', () => counters.sessions === 0)
    return client.connack.body[0] ?? -1
  }
  t.equal(await present(true, 100), 0)
  t.equal(await present(false, 100), 1, 'there, though it is empty')
  t.equal(await present(true, 100), 0, 'clean start')
  t.equal(await present(false, 0), 1)
  t.equal(await present(false, 1), 0, 'expiry 0 ended it with its connection')
  await new Promise(resolve => setTimeout(resolve, 1050)) // what is tested is the passing of time
  t.equal(await present(false, 0), 0, 'one second is over')
})

test('DISCONNECT changes the expiry, and may not invent one [section 3.14.2.2.2]', async t => {
  const { port, counters } = await brokerFor(t)
  const first = await open5(port, { clientId: 'dev', properties: [sessionExpiry(100)] })
  first.send(disconnect5(0, sessionExpiry(0)))
  await first.ended()
  await eventually('the connection is let go of', () => counters.sessions === 0)
  const second = await open5(port, { clientId: 'dev', clean: false })
  t.equal(second.connack.body[0], 0)
  second.send(disconnect5(0, sessionExpiry(5)))
  t.equal(await reason5(second), 0x82)
})

test('what waits for a session comes with its properties, without what has expired [MQTT-3.3.2-5]', async t => {
  const { port } = await brokerFor(t)
  const first = await open5(port, { clientId: 'dev', properties: [sessionExpiry(100)] })
  first.send(subscribe5(1, [['t', 1]], [0x0b, 3]))
  await codes5(first)
  first.send(disconnect5(0))
  await first.ended()
  const sender = await open5(port, { clientId: 'sender' })
  sender.send(publish5('t', 'keeps', { qos: 1, id: 1, properties: [expiry(100), userProperty('a', 'b')] }), publish5('t', 'expires', { qos: 1, id: 2, properties: [expiry(0)] }),
    publish5('t', 'last', { qos: 1, id: 3 }))
  for (let i = 0; i < 3; i++) await sender.next(4)
  const second = await open5(port, { clientId: 'dev', clean: false, properties: [sessionExpiry(100)] })
  t.match(await next5(second), { payload: 'keeps', properties: /^020000006[34]260001610001620b03$/ })
  t.match(await next5(second), { payload: 'last', properties: '0b03' })
  second.destroy()
  const four = await RawClient.open(port, { clientId: 'dev', clean: false })
  t.match(await four.delivery(), { payload: 'keeps', dup: true }, 'the same session, in 3.1.1')
  t.match(await four.delivery(), { payload: 'last', dup: true })
})

test('a will waits for its delay, and not when its device is back [MQTT-3.1.3-9]', async t => {
  const { port } = await brokerFor(t)
  const witness = await open5(port, { clientId: 'witness' })
  witness.send(subscribe5(1, [['will/#', 1]]))
  await codes5(witness)
  const will = (name: string, delay: number): { topic: string, payload: string, properties: readonly (Buffer | readonly number[])[] } =>
    ({ topic: `will/${name}`, payload: 'gone', properties: [[0x18, 0, 0, 0, delay], userProperty('why', 'lost'), expiry(100)] })
  const back = await open5(port, { clientId: 'back', properties: [sessionExpiry(100)], will: will('back', 1) })
  back.destroy()
  const again = await open5(port, { clientId: 'back', clean: false, properties: [sessionExpiry(100)] })
  const away = await open5(port, { clientId: 'away', properties: [sessionExpiry(100)], will: will('away', 1) })
  const since = Date.now()
  away.destroy()
  t.match(await next5(witness), { topic: 'will/away', payload: 'gone', properties: new RegExp(`^020000006[34]${hex(userProperty('why', 'lost'))}$`) })
  t.ok(Date.now() - since >= 950, 'after its delay')
  const ends = await open5(port, { clientId: 'ends', will: will('ends', 200) })
  ends.destroy()
  t.match(await next5(witness), { topic: 'will/ends' }, 'its session is over, and so is the delay [MQTT-3.1.2-8]')
  const says = await open5(port, { clientId: 'says', will: { topic: 'will/says', payload: 'asked for' } })
  says.send(disconnect5(4))
  t.match(await next5(witness), { topic: 'will/says', payload: 'asked for' })
  const anew = await open5(port, { clientId: 'anew', properties: [sessionExpiry(100)], will: will('anew', 200) })
  anew.destroy()
  await open5(port, { clientId: 'anew' })
  t.match(await next5(witness), { topic: 'will/anew' }, 'clean start ends the session')
  again.send(disconnect5(0))
  await again.ended()
  t.same(witness.received, [])
})

test('a device that does not read is told 0x97, and its session resumes', async t => {
  const { port, counters } = await brokerFor(t, { limits: { maxSubscriberBacklogBytes: 20_000 } })
  const slow = await open5(port, { clientId: 'slow', properties: [sessionExpiry(100), [0x21, 0, 1]] })
  slow.send(subscribe5(1, [['t', 1]]))
  await codes5(slow)
  const sender = await RawClient.open(port, { clientId: 'sender' })
  for (let i = 1; i <= 100; i++) sender.send(publish('t', `${i} ${'x'.repeat(1000)}`, { qos: 1, id: i }))
  t.equal(await reason5(slow), 0x97)
  await eventually('all are acknowledged', () => sender.ids(4).length === 100)
  t.equal(counters.slowSubscribersClosed, 1)
  await eventually('the connection is let go of', () => counters.sessions === 1)
  const again = await open5(port, { clientId: 'slow', clean: false, properties: [sessionExpiry(100)] })
  t.equal(again.connack.body[0], 1)
  await eventually('all are delivered', () => again.received.filter(one => one.type === 3).length === 100)
  t.pass('all of them are there')
})

test('open QoS 2 identifiers are the session\'s, and go with it', async t => {
  const { port, counters } = await brokerFor(t)
  const witness = await RawClient.open(port, { clientId: 'witness' })
  witness.send(subscribe(1, ['t', 0]))
  await witness.granted()
  const reconnect = async (clean: boolean, dup: boolean): Promise<void> => {
    const client = await open5(port, { clientId: 'dev', clean, properties: [sessionExpiry(100)] })
    client.send(publish5('t', 'once', { qos: 2, id: 9, dup }))
    await client.next(5)
    client.destroy()
    await eventually('the connection is let go of', () => counters.sessions === 1)
  }
  await reconnect(true, false)
  await reconnect(false, true)
  await reconnect(true, true)
  const last = await open5(port, { clientId: 'dev', clean: false, properties: [sessionExpiry(100)] })
  last.send(pubrel(9))
  t.equal((await last.next(7)).body.length, 2)
  last.send(packet(0xc0))
  await last.next(13)
  witness.send(packet(0xc0))
  await witness.next(13)
  t.same(witness.deliveries().map(one => one.payload), ['once', 'once'])
})

test('no local on a stored session: its own messages neither come, nor wait, nor end the connection', async t => {
  const { port } = await brokerFor(t)
  const properties = [sessionExpiry(100)]
  const dev = await open5(port, { clientId: 'dev', properties })
  dev.send(subscribe5(1, [['t', 1 | NO_LOCAL]]))
  await codes5(dev)
  const other = await open5(port, { clientId: 'other' })
  dev.send(publish5('t', 'mine', { qos: 1, id: 1 }))
  await dev.next(4)
  other.send(publish5('t', 'theirs', { qos: 1, id: 1 }))
  t.match(await next5(dev), { payload: 'theirs' })
  dev.destroy()
  const back = await open5(port, { clientId: 'dev', clean: false, properties })
  t.match(await next5(back), { payload: 'theirs', dup: true })
  back.send(packet(0xc0))
  await back.next(13)
  t.same(back.received, [])
})
