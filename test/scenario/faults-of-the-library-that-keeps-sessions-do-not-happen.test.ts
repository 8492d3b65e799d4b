/** What Aedes does wrong by itself, with devices of 3.1.1 and of MQTT 5: here it does not. */
import { test } from 'tap'
import { openSessionStore } from '../../src/broker/persistence/stored-state.ts'
import { brokerFor, everything, gatekeeperOf } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { NO_LOCAL, codes5, connect5, next5, open5, publish5, sessionExpiry, subscribe5 } from '../support/packets-5.ts'
import { connect, packet, puback, publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { MemoryDisk, storeOptions } from '../support/session-store.ts'

const stored = { clean: false, properties: [sessionExpiry(60)] }

/** A message of QoS 1 comes and is acknowledged; the connection is still there afterwards. */
async function staysAfter (client: RawClient, payload: string): Promise<void> {
  for (;;) {
    const { body, flags } = await client.next(3)
    if ((flags & 6) !== 0) client.send(puback(body.readUInt16BE(2 + body.readUInt16BE(0))))
    if (body.toString('latin1').endsWith(payload)) break
  }
  client.send(packet(0xc0))
  await client.next(13)
}

test('no local in a stored session, and messages that the rights keep from it, end no connection', async t => {
  const { port } = await brokerFor(t, { gatekeeper: gatekeeperOf({ ...everything, receive: topic => topic !== 't/secret' }) })
  const five = await open5(port, { clientId: 'five', ...stored })
  five.send(subscribe5(1, [['t/#', 1 | NO_LOCAL]]))
  await codes5(five)
  const four = await RawClient.open(port, { clientId: 'four', clean: false })
  four.send(subscribe(1, ['t/#', 1]))
  await four.granted()
  const sender = await open5(port, { clientId: 'sender' })
  for (let id = 1; id <= 20; id++) {
    sender.send(publish5('t/secret', 'hidden', { qos: 1, id }), publish5('t/open', `${id}`, { qos: 1, id: id + 100 }))
    five.send(publish5('t/own', 'mine', { qos: 1, id }))
  }
  sender.send(publish5('t/open', 'last', { qos: 1, id: 999 }))
  await staysAfter(five, 'last')
  await staysAfter(four, 'last')
  t.notOk(five.deliveries().some(({ topic }) => topic === 't/secret'))
  t.notOk(five.closed || four.closed)
})

test('CONNACK is the first packet of a session that goes on while messages flow, a hundred times', async t => {
  const { port } = await brokerFor(t)
  const sender = await RawClient.open(port, { clientId: 'sender' })
  for (const client of ['four', 'five']) {
    const dial = async (): Promise<RawClient> => {
      const one = await RawClient.dial(port)
      one.send(client === 'five' ? connect5({ clientId: client, ...stored }) : connect({ clientId: client, clean: false }))
      return one
    }
    const first = await dial()
    await first.next(2)
    first.send(client === 'five' ? subscribe5(1, [['flow', 1]]) : subscribe(1, ['flow', 1]))
    await first.next(9)
    first.destroy()
    let wrong = 0
    for (let round = 0; round < 50; round++) {
      for (let id = 1; id <= 5; id++) sender.send(publish('flow', `${round}`, { qos: 1, id: round * 5 + id }))
      const again = await dial()
      for (let id = 1; id <= 5; id++) sender.send(publish('flow', `${round}`, { qos: 1, id: 1000 + round * 5 + id }))
      await again.until(() => again.received.length > 1, 'CONNACK and a message')
      if (again.received[0]?.type !== 2) wrong++
      again.destroy()
    }
    t.equal(wrong, 0, client)
  }
})

test('a disk that fails while a device subscribes ends neither the process nor another connection, and retained messages still come', async t => {
  const disk = new MemoryDisk()
  const { port } = await brokerFor(t, {
    store: async interest => {
      const { store, close } = await openSessionStore(storeOptions({ interest, backend: disk }))
      t.teardown(close)
      return store
    }
  })
  const witness = await open5(port, { clientId: 'witness' })
  witness.send(publish5('kept', 'v', { qos: 1, retain: true }))
  await witness.next(4)
  disk.before = async () => Promise.reject(new Error('the disk is gone'))
  for (const clean of [true, false]) {
    const device = await RawClient.open(port, { clientId: `clean-${clean}`, clean })
    device.send(subscribe(1, ['kept', 1]))
    t.match(await device.delivery(), { topic: 'kept', payload: 'v', retain: true }, `clean session ${clean}`)
    const five = await open5(port, { clientId: `five-${clean}`, clean, properties: [sessionExpiry(clean ? 0 : 60)] })
    five.send(subscribe5(1, [['kept', 1]]))
    t.match(await next5(five), { topic: 'kept', payload: 'v', retain: true }, `MQTT 5, clean start ${clean}`)
  }
  witness.send(packet(0xc0))
  await witness.next(13)
  disk.before = async () => Promise.resolve()
})

test('nothing is acknowledged before it is stored for who is away', async t => {
  const disk = new MemoryDisk()
  const { port, counters } = await brokerFor(t, {
    store: async interest => {
      const { store, close } = await openSessionStore(storeOptions({ interest, backend: disk }))
      t.teardown(close)
      return store
    }
  })
  const away = await open5(port, { clientId: 'away', ...stored })
  away.send(subscribe5(1, [['t', 2]]))
  await codes5(away)
  away.destroy()
  await eventually('it is away', () => counters.sessions === 0)
  const four = await RawClient.open(port, { clientId: 'four' })
  const five = await open5(port, { clientId: 'five' })
  let release = (): void => {}
  disk.before = async () => new Promise(resolve => { release = resolve })
  four.send(publish('t', '1', { qos: 1, id: 1 }), publish('t', '2', { qos: 2, id: 2 }), packet(0xc0))
  five.send(publish5('t', '3', { qos: 1, id: 1 }), publish5('t', '4', { qos: 2, id: 2 }), packet(0xc0))
  await eventually('the disk is asked', () => disk.inFlight > 0)
  for (const sender of [four, five]) {
    await sender.next(13)
    t.same(sender.received, [], 'not yet')
  }
  disk.before = async () => Promise.resolve()
  release()
  for (const sender of [four, five]) for (const type of [4, 5]) await sender.next(type)
})

test('an empty client id is refused with a session that is to stay, and given one without [MQTT-3.1.3-8]', async t => {
  const { port } = await brokerFor(t)
  const kept = await RawClient.dial(port)
  kept.send(connect({ clientId: '', clean: false }))
  t.same([...(await kept.next(2)).body], [0, 2])
  await kept.ended()
  await RawClient.open(port, { clientId: '' })
  t.equal((await open5(port, { clientId: '', ...stored })).connack.body[1], 0, 'MQTT 5: it is told its id')
})

test('a will is published once, and by nobody when the device has said goodbye', async t => {
  const { port } = await brokerFor(t)
  const watcher = await open5(port, { clientId: 'watcher' })
  watcher.send(subscribe5(1, [['#', 1]]))
  await codes5(watcher)
  for (const orderly of [true, false]) {
    const device = await RawClient.open(port, { clientId: 'device', will: { topic: 'will', payload: `${orderly}`, qos: 1 } })
    if (orderly) device.send(packet(0xe0))
    else device.destroy()
    await device.ended()
  }
  const will = await next5(watcher)
  t.match(will, { topic: 'will', payload: 'false' })
  watcher.send(puback(will.id), publish5('end', 'x'))
  t.match(await next5(watcher), { topic: 'end' })
})
