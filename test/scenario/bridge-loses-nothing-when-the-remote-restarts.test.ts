import { test } from 'tap'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeConfig, downRule, rig } from '../support/bridge-rig.ts'

const serials = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

test('QoS 1 and 2 that wait while the remote is away, or were under way when it died, all arrive in order', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  await remote.keep('keeper', 'up/#')
  const north = rig(t, bridgeConfig(remote.port))
  await north.reaches('up')
  const offer = (serial: number): void => {
    t.ok(north.offer({ topic: `up/${serial % 2 === 0 ? 'even' : 'odd'}`, payload: String(serial), qos: serial % 3 === 0 ? 2 : 1 }), 'there is room')
  }
  for (const serial of serials(0, 500)) offer(serial)
  await remote.stop() // in the middle of it
  await north.reaches('waiting')
  for (const serial of serials(500, 1000)) offer(serial)
  t.ok(north.bridge.queued >= 500)
  await remote.start()
  await north.reaches('up')
  for (const serial of serials(1000, 1200)) offer(serial)
  t.equal(await north.bridge.drain(10_000), true)

  const back = await remote.observe(null, { clientId: 'keeper', clean: false })
  const got = (await back.received(1200)).map(({ payload }) => Number(payload.toString()))
  // mosquitto hands a message of QoS 2 on at its PUBREL, so that order is one of each QoS
  const isQos2 = (serial: number): boolean => serial % 3 === 0
  t.same(got.filter(isQos2), serials(0, 1200).filter(isQos2), 'QoS 2 once: both kept their session')
  t.same([...new Set(got)].filter(serial => !isQos2(serial)), serials(0, 1200).filter(serial => !isQos2(serial)), 'QoS 1 all, first copies in order')
  t.equal(north.bridge.counters.droppedFull, 0)
})

test('with a clean session everything of QoS 1 still arrives', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  await remote.keep('keeper', 'up/#')
  const north = rig(t, bridgeConfig(remote.port, { cleanStart: true, subscription: [downRule('down', '')] }))
  await north.reaches('up')
  for (const serial of serials(0, 300)) north.offer({ topic: 'up/x', payload: String(serial), qos: 1 })
  await remote.stop('SIGTERM')
  await north.reaches('waiting')
  for (const serial of serials(300, 400)) north.offer({ topic: 'up/x', payload: String(serial), qos: 1 })
  await remote.start()
  t.equal(await north.bridge.drain(10_000), true)
  const back = await remote.observe(null, { clientId: 'keeper', clean: false })
  const got = new Set<string>()
  for (let wanted = 1; got.size < 400; wanted++) for (const { payload } of await back.received(wanted)) got.add(payload.toString())
  t.same([...got].map(Number), serials(0, 400))

  // subscribed anew
  await back.client.publishAsync('down', 'again', { qos: 1 })
  await north.landedCount(1)
})
