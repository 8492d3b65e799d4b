import { type Test, test } from 'tap'
import { openSessionStore } from '../../src/broker/persistence/stored-state.ts'
import type { Broker } from '../../src/broker/broker.ts'
import { brokerFor } from '../support/broker.ts'
import { publish, pubrel, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { MemoryDisk, storeOptions } from '../support/session-store.ts'

/** A broker of a new process, which has what the disk of the one before had. */
async function broker (t: Test, disk: MemoryDisk): Promise<{ readonly broker: Broker, readonly port: number }> {
  return brokerFor(t, { store: async interest => (await openSessionStore(storeOptions({ interest, backend: disk }))).store })
}

/** What is on the disk in this moment, and nothing that comes later. */
function copyOf (disk: MemoryDisk): MemoryDisk {
  const copy = new MemoryDisk()
  for (const [key, value] of disk.content) copy.content.set(key, value)
  return copy
}

async function keepsMessages (port: number): Promise<void> {
  const subscriber = await RawClient.open(port, { clientId: 'keeper', clean: false })
  subscriber.send(subscribe(1, ['#', 2]))
  await subscriber.granted()
  subscriber.stream.destroy()
  await subscriber.ended()
}

async function waiting (port: number, count: number): Promise<readonly string[]> {
  const subscriber = await RawClient.open(port, { clientId: 'keeper', clean: false })
  await subscriber.until(() => subscriber.deliveries().length >= count, `${count} messages`)
  return subscriber.deliveries().map(({ payload }) => payload)
}

test('of a device: what it repeats is known, until PUBCOMP', async t => {
  const disk = new MemoryDisk()
  const first = await broker(t, disk)
  await keepsMessages(first.port)
  const device = await RawClient.open(first.port, { clientId: 'dev', clean: false })
  device.send(publish('t', 'seven', { qos: 2, id: 7 }), publish('t', 'eight', { qos: 2, id: 8 }))
  await device.until(() => device.ids(5).length === 2, 'PUBRECs')
  device.send(pubrel(8))
  await device.next(7)
  for (const operations of disk.batches) {
    const keys = operations.flatMap(({ type, key }) => type === 'put' ? [key.charAt(0)] : [])
    t.equal(keys.filter(kind => kind === 'q').length, keys.filter(kind => kind === 'i').length, 'the message and its handshake are written in one')
  }

  const second = await broker(t, copyOf(disk))
  const again = await RawClient.open(second.port, { clientId: 'dev', clean: false })
  again.send(publish('t', 'seven', { qos: 2, id: 7, dup: true }), publish('t', 'another eight', { qos: 2, id: 8, dup: true }))
  await again.until(() => again.ids(5).length === 2, 'PUBRECs')
  again.send(pubrel(7))
  await again.next(7)
  again.send(publish('t', 'another seven', { qos: 2, id: 7 }))
  await again.until(() => again.ids(5).length === 3, 'PUBREC')
  t.same(await waiting(second.port, 4), ['seven', 'eight', 'another eight', 'another seven'])
})

test('of a remote: what it sends again in the same session is known', async t => {
  const disk = new MemoryDisk()
  const first = await broker(t, disk)
  await keepsMessages(first.port)
  const deliver = async (to: Broker, packetId: number, text: string, isRepeated = false): Promise<void> => new Promise(resolve => {
    to.deliver({ topic: 't', payload: Buffer.from(text), qos: 2, retain: false, bridge: 'north', handshake: { packetId, isRepeated } }, () => resolve())
  })
  first.broker.handshakes?.enter('north', 'session', false)
  await Promise.all([deliver(first.broker, 7, 'seven'), deliver(first.broker, 8, 'eight')])
  await new Promise<void>(resolve => first.broker.handshakes?.complete('north', 8, wasKept => {
    t.ok(wasKept)
    resolve()
  }))
  t.same([...disk.content.keys()].filter(key => key.startsWith('d')), ['d5:north7'])

  const left = copyOf(disk)
  const second = await broker(t, copyOf(left))
  second.broker.handshakes?.enter('north', 'session', true)
  await Promise.all([deliver(second.broker, 7, 'seven', true), deliver(second.broker, 8, 'another eight', true)])
  t.same(await waiting(second.port, 3), ['seven', 'eight', 'another eight'])

  for (const [session, resumed] of [['session', false], ['of another server', true]] as const) {
    const other = await broker(t, copyOf(left))
    other.broker.handshakes?.enter('north', session, resumed)
    await deliver(other.broker, 7, 'of another session', true)
    t.same(await waiting(other.port, 3), ['seven', 'eight', 'of another session'])
  }
})
