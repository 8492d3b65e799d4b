/**
 * CONNACK says whether there is a session [MQTT-3.2.2-2] [MQTT-3.2.2-3], and it is true: a device that hears of none begins anew, with identifiers
 * that it has used before, and its messages must be taken; one that hears of a session sends again what was open, and must not be taken twice.
 */
import { test } from 'tap'
import type { LocalInterest } from '../../src/broker/local-interest.ts'
import { SessionStore } from '../../src/broker/persistence/session-store.ts'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { connect, disconnect, publish, pubrel, subscribe, unsubscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { relayOf } from '../support/scripted-relay.ts'
import { generousLimits, storeOptions } from '../support/session-store.ts'

const PUBREC = 5
const PUBCOMP = 7

/** Connects with a session that is kept; answers what CONNACK says. */
async function come (port: number, options: { readonly clientId?: string, readonly level?: number, readonly name?: string } = {}): Promise<{ device: RawClient, present: number }> {
  const device = await RawClient.dial(port)
  device.send(connect({ clientId: 'dev', clean: false, ...options }))
  const { body } = await device.next(2)
  return { device, present: body[0] ?? -1 }
}

async function publishes (device: RawClient, payload: string, dup = false): Promise<void> {
  device.send(publish('up/a', payload, { qos: 2, id: 7, dup }))
  await device.next(PUBREC)
}

test('an open handshake of QoS 2 is a session, also without a subscription', async t => {
  const relay = relayOf()
  const { port } = await brokerFor(t, { relay: relay.make })
  const first = await come(port)
  t.equal(first.present, 0)
  await publishes(first.device, 'one')
  first.device.send(disconnect())
  await first.device.ended()

  const second = await come(port)
  t.equal(second.present, 1)
  await publishes(second.device, 'one', true)
  t.same(relay.now.admitted.map(({ payload }) => payload), ['one'], 'the repetition is not taken')
  second.device.send(pubrel(7))
  await second.device.next(PUBCOMP)
  second.device.destroy()

  await eventually('nothing is left of it', () => second.device.closed)
  const third = await come(port)
  t.equal(third.present, 0, 'nothing is open, and nothing was subscribed to: there is nothing to go on with')
  await publishes(third.device, 'two')
  t.same(relay.now.admitted.map(({ payload }) => payload), ['one', 'two'])
  third.device.destroy()
})

test('messages that wait are a session, also when the subscription they came by is gone', async t => {
  const { port } = await brokerFor(t)
  const first = await come(port)
  first.device.send(subscribe(1, ['in', 1]))
  await first.device.granted()
  const other = await RawClient.open(port, { clientId: 'other' })
  other.send(publish('in', 'waits', { qos: 1, id: 1 }))
  await first.device.delivery()
  first.device.send(unsubscribe(2, 'in'))
  await first.device.next(11)
  first.device.destroy()
  await eventually('it is gone', () => first.device.closed)
  const second = await come(port)
  t.equal(second.present, 1)
  t.match(await second.device.delivery(), { payload: 'waits', dup: true })
  second.device.destroy()
  other.destroy()
})

test('a session that was offline for too long is not there, and neither are its handshakes', async t => {
  const relay = relayOf()
  const store = (interest: LocalInterest): SessionStore => new SessionStore(storeOptions({ interest, limits: { ...generousLimits, sessionExpiryMs: 1 } }))
  const { port } = await brokerFor(t, { relay: relay.make, store, limits: { sessionExpiryMs: 1 } })
  const first = await come(port)
  first.device.send(subscribe(1, ['in', 1]))
  await first.device.granted()
  await publishes(first.device, 'of the session before')
  first.device.send(disconnect())
  await first.device.ended()
  const left = Date.now()
  await eventually('it is over', () => Date.now() > left + 20)
  const second = await come(port)
  t.equal(second.present, 0)
  await publishes(second.device, 'of the new one')
  t.same(relay.now.admitted.map(({ payload }) => payload), ['of the session before', 'of the new one'], 'a new message under an identifier that was open')
  second.device.destroy()
})

test('a device of 3.1 is told nothing of its session: that byte is not used there', async t => {
  const { port } = await brokerFor(t)
  const old = { level: 3, name: 'MQIsdp' }
  const first = await come(port, old)
  await publishes(first.device, 'one')
  first.device.destroy()
  await eventually('it is gone', () => first.device.closed)
  const second = await come(port, old)
  t.equal(second.present, 0)
  second.device.destroy()
})

test('who takes a session over finds its handshakes, however the two cross', async t => {
  const relay = relayOf()
  const { port } = await brokerFor(t, { relay: relay.make })
  for (let round = 0; round < 20; round++) {
    const clientId = `dev-${round}`
    const { device } = await come(port, { clientId })
    await publishes(device, clientId)
    // the first says goodbye at the moment the second comes
    const next = await RawClient.dial(port)
    if (round % 2 === 0) device.send(disconnect())
    next.send(connect({ clientId, clean: false }))
    if (round % 2 === 1) device.send(disconnect())
    t.equal((await next.next(2)).body[0], 1)
    await publishes(next, clientId, true)
    next.destroy()
  }
  t.equal(relay.now.admitted.length, 20)
})
