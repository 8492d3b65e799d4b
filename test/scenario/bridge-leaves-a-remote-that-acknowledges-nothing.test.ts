import { test } from 'tap'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'
import { readPublish } from '../support/publish-frames.ts'
import { TestClock } from '../support/test-clock.ts'

test('one that answers PINGREQ and acknowledges nothing is left after cancel_timeout, and everything goes out again', async t => {
  const clock = new TestClock()
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { ackTimeoutMs: 10_000, keepaliveSeconds: 600 }), { clock })
  const connection = await remote.connection()
  await connection.accept()
  await north.reaches('up')
  north.offer({ topic: 'up/a', payload: 'first', qos: 1 })
  north.offer({ topic: 'up/a', payload: 'second', qos: 1 })
  const first = readPublish(await connection.next(type.PUBLISH))
  clock.pass(8000)
  connection.send([0x40, 2, (first.packetId ?? 0) >> 8, (first.packetId ?? 0) & 255], [0x62, 2, 9, 9])
  await connection.next(type.PUBCOMP)
  clock.pass(7500)
  t.equal(north.bridge.state.name, 'up', 'each acknowledgement starts the time anew')
  clock.pass(5000)
  await connection.closed
  await north.reaches('waiting')
  t.match(north.bridge.state, { reason: { code: 'CW_BRIDGE_NO_ACK', message: /acknowledged nothing for \d+ s, with 1 messages under way/ } })
  clock.pass(60_000)
  const next = await remote.connection()
  await next.accept(true)
  t.match(readPublish(await next.next(type.PUBLISH)), { payload: 'second', dup: true })
  clock.pass(60_000)
})

test('with nothing under way the time does not run', async t => {
  const clock = new TestClock()
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { ackTimeoutMs: 1000, keepaliveSeconds: 600 }), { clock })
  const connection = await remote.connection()
  await connection.accept()
  await north.reaches('up')
  for (let i = 0; i < 20; i++) clock.pass(1000)
  north.offer({ topic: 'up/a', payload: 'late', qos: 2 })
  await connection.next(type.PUBLISH)
  clock.pass(200)
  t.equal(north.bridge.state.name, 'up')
})
