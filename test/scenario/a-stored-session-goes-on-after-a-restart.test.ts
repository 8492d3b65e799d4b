/** Through the whole broker, with the real store and a real disk: what a device finds when it comes back, and what must not cut it off. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import type { Test } from 'tap'
import type { OpenStore } from '../../src/broker/persistence/stored-state.ts'
import { openSessionStore } from '../../src/broker/persistence/stored-state.ts'
import type { Rights } from '../../src/broker/auth/rights.ts'
import { brokerFor, gatekeeperOf } from '../support/broker.ts'
import type { TestBroker, TestBrokerOptions } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { connect, packet, publish, subscribe, u16 } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { storeOptions } from '../support/session-store.ts'

async function directory (t: Test): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-store-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  return dir
}

async function start (t: Test, dir: string | null, options: TestBrokerOptions = {}): Promise<TestBroker & { readonly opened: OpenStore, stop (): Promise<void> }> {
  const stores: OpenStore[] = []
  const running = await brokerFor(t, {
    ...options,
    store: async interest => {
      const made = await openSessionStore(storeOptions({ interest, persistence: dir === null ? null : { dir } }))
      stores.push(made)
      return made.store
    }
  })
  const [opened] = stores
  if (opened === undefined) throw new Error('no store was asked for')
  return {
    ...running,
    opened,
    stop: async () => {
      await running.broker.close(0)
      await opened.close()
    }
  }
}

const PUBACK = 4
const PUBREC = 5
const acknowledge = (first: number, id: number): Buffer => packet(first, u16(id))

test('the session, what waited for it, and retained messages are there after a restart', async t => {
  const dir = await directory(t)
  const before = await start(t, dir)
  const device = await RawClient.open(before.port, { clientId: 'dev', clean: false })
  device.send(subscribe(1, ['cmd/#', 1], ['live', 0]))
  t.strictSame(await device.granted(), [1, 0])
  device.destroy()
  const sender = await RawClient.open(before.port, { clientId: 'sender' })
  for (let n = 1; n <= 30; n++) sender.send(publish('cmd/run', `${n}`, { qos: 1, id: n }))
  sender.send(publish('state', 'on', { qos: 1, id: 31, retain: true }))
  await sender.until(() => sender.ids(PUBACK).length === 31, 'all acknowledgements')
  sender.destroy()
  await before.stop()

  const after = await start(t, dir)
  t.equal(after.interest.wants('cmd/run'), true, 'the stored subscription is known before the device is back')
  const again = await RawClient.dial(after.port)
  again.send(connect({ clientId: 'dev', clean: false }))
  t.equal((await again.next(2)).body[0], 1, 'session present')
  await again.until(() => again.deliveries().length === 30, 'what waited')
  t.strictSame(again.deliveries().map(({ payload, qos }) => [payload, qos]), Array.from({ length: 30 }, (_, n) => [`${n + 1}`, 1]), 'in order')
  again.send(...again.deliveries().slice(0, 20).map(({ id }) => acknowledge(0x40, id)))
  await eventually('the acknowledged are gone', () => after.opened.store.counters.queuedMessages === 10)
  again.destroy()
  const reader = await RawClient.open(after.port, { clientId: 'reader' })
  reader.send(subscribe(1, ['state', 1]))
  t.match(await reader.delivery(), { topic: 'state', payload: 'on', retain: true })
  reader.destroy()
  await after.stop()

  const third = await start(t, dir)
  const last = await RawClient.dial(third.port)
  last.send(connect({ clientId: 'dev', clean: false }))
  await last.until(() => last.deliveries().length === 10, 'the rest')
  t.ok(last.deliveries().every(({ dup }) => dup), 'sent before: marked as a repetition [MQTT-3.3.1-1]')
  t.strictSame(last.deliveries().map(({ payload }) => payload), Array.from({ length: 10 }, (_, n) => `${n + 21}`))
  last.destroy()
  const clean = await RawClient.dial(third.port)
  clean.send(connect({ clientId: 'dev', clean: true }))
  t.equal((await clean.next(2)).body[0], 0)
  await eventually('a clean session leaves nothing', () => third.opened.store.counters.queuedMessages === 0 && third.opened.store.counters.subscriptions === 0)
  clean.destroy()
  await third.stop()
})

test('a delivery that is refused does not cut the session off, nor lose another message', async t => {
  const rights: Rights = { publish: () => true, subscribe: () => true, receive: topic => !topic.startsWith('secret') }
  const { port, opened } = await start(t, null, { gatekeeper: gatekeeperOf(rights) })
  const device = await RawClient.open(port, { clientId: 'dev', clean: false })
  device.send(subscribe(1, ['#', 1]))
  await device.granted()
  const sender = await RawClient.open(port, { clientId: 'sender' })
  for (let n = 1; n <= 20; n++) sender.send(publish(n % 2 === 0 ? 'secret/x' : 'open', `${n}`, { qos: 1, id: n }))
  await device.until(() => device.deliveries().length === 10, 'what it may see')
  t.strictSame(device.deliveries().map(({ payload }) => Number(payload)), [1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
  await eventually('what it may not see does not wait', () => opened.store.counters.queuedMessages === 10)
  device.send(...device.deliveries().map(({ id }) => acknowledge(0x40, id)))
  await eventually('nothing waits', () => opened.store.counters.queuedMessages === 0)
  t.equal(device.closed, false)
  device.destroy()
  sender.destroy()
})

test('overlapping subscriptions of a stored session: one copy waits for it', async t => {
  const { port, opened } = await start(t, null)
  const device = await RawClient.open(port, { clientId: 'dev', clean: false })
  device.send(subscribe(1, ['a/#', 1], ['a/+', 1], ['#', 1]))
  await device.granted()
  const sender = await RawClient.open(port, { clientId: 'sender' })
  sender.send(publish('a/b', 'here', { qos: 1, id: 1 }))
  await device.until(() => device.deliveries().length === 1, 'the delivery')
  t.equal(opened.store.counters.queuedMessages, 1)
  device.send(acknowledge(0x40, device.deliveries()[0]?.id ?? 0))
  await eventually('nothing waits', () => opened.store.counters.queuedMessages === 0)
  device.destroy()
  await eventually('it is gone', () => device.closed)
  sender.send(publish('a/b', 'away', { qos: 1, id: 2 }))
  await sender.until(() => sender.ids(PUBACK).length === 2, 'both acknowledgements')
  t.equal(opened.store.counters.queuedMessages, 1)
  sender.destroy()
})

test('a retained message of QoS 2 does not cut a stored session off', async t => {
  const { port, opened } = await start(t, null)
  const sender = await RawClient.open(port, { clientId: 'sender' })
  sender.send(publish('state', 'on', { qos: 2, id: 1, retain: true }))
  await sender.next(PUBREC)
  const device = await RawClient.open(port, { clientId: 'dev', clean: false })
  device.send(subscribe(1, ['state', 2]))
  const { id } = await device.delivery()
  device.send(acknowledge(0x50, id))
  await device.next(6)
  device.send(acknowledge(0x70, id), packet(0xc0))
  await device.next(13)
  await eventually('the handshake is forgotten', () => opened.store.counters.queuedMessages === 0)
  t.equal(device.closed, false)
  device.destroy()
  sender.destroy()
})
