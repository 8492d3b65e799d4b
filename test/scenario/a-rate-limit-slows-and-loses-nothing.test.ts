/** Limits of messages a second, with a real remote. */
import { test } from 'tap'
import { bridgeConfig, downRule, rig } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

/** 60 messages: ten at once, and a second for the others. */
const limit = { messages: 50, bytes: null, burstMs: 200 }

test('up: the queue takes what is too fast, and lets it out at its rate', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const made = rig(t, bridgeConfig(remote.port, { rateLimit: { up: limit, down: null } }))
  const { bridge } = made
  await made.reaches('up')
  const observer = await remote.observe('up/#')
  const begun = performance.now()
  for (let i = 0; i < 60; i++) t.ok(made.offer({ topic: 'up/a', payload: String(i), qos: i % 2 === 0 ? 1 : 2 }))
  await observer.received(10)
  t.ok(bridge.queued >= 40, 'the others wait in the queue')
  await observer.received(60)
  t.ok(performance.now() - begun > 950, `${Math.round(performance.now() - begun)} ms`)
  t.equal(bridge.counters.disconnects, 0)
  await eventually('nothing waits', () => bridge.queued === 0)
  t.equal(new Set(observer.messages.map(({ payload }) => payload.toString())).size, 60)
})

test('down: the link is read more slowly, and what waits is with the remote', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const made = rig(t, bridgeConfig(remote.port, { rateLimit: { up: null, down: limit }, forwards: [], subscription: [downRule('down/#', '')] }))
  const { bridge } = made
  await made.reaches('up')
  const device = await remote.observe('down/#')
  await eventually('it is subscribed', () => remote.log.some(line => line.includes('Sending SUBACK to bridge-under-test')))
  const begun = performance.now()
  for (let i = 0; i < 60; i++) await device.client.publishAsync('down/a', String(i), { qos: 1 })
  await made.landedCount(60)
  // mosquitto has 20 under way: they may come in one piece
  t.ok(performance.now() - begun > 500, `${Math.round(performance.now() - begun)} ms`)
  t.same(made.landed.map(({ payload }) => payload.toString()), Array.from({ length: 60 }, (_, i) => String(i)))
  t.equal(bridge.counters.disconnects, 0)
})
