/** Invariant 7, for a link that this side does not read, as local sessions have not stored what came before: its remote may have said a lot. */
import { test } from 'tap'
import { bridgeConfig, downRule, rig } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { publishFrame } from '../support/publish-frames.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import { TestClock } from '../support/test-clock.ts'

/** More than may wait for local sessions. */
const FLOOD = 5000

test('it is given up neither for its silence nor for what it has not acknowledged, and is asked again when it is read', async t => {
  const clock = new TestClock()
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { keepaliveSeconds: 20, ackTimeoutMs: 30_000, subscription: [downRule('cmd/#', '')] }), { clock })
  const connection = await remote.connection()
  await connection.accept()
  const subscribed = await connection.next(type.SUBSCRIBE)
  connection.send([0x90, 3, ...subscribed.subarray(2, 4), 1])
  await north.reaches('up')

  north.hold = []
  connection.send(...Array.from({ length: FLOOD }, (_, i) => publishFrame({ topic: 'cmd/a', payload: 'x'.repeat(2000), qos: 1, packetId: i + 1 })))
  await eventually('it is not read', () => north.landed.length > 2000)
  t.ok(north.landed.length < FLOOD, `${north.landed.length} have been taken in`)
  north.offer({ topic: 'up/a', payload: 'x', qos: 1 })
  const sent = await connection.next(type.PUBLISH)
  connection.send([0x40, 2, ...sent.subarray(8, 10)])
  for (let i = 0; i < 24; i++) clock.pass(5000)
  await connection.next(type.PINGREQ)
  t.equal(north.bridge.state.name, 'up', 'two minutes of it are no reason')

  const waiting = north.hold
  north.hold = null
  for (const done of waiting) done()
  connection.send([0xd0, 0])
  await north.landedCount(FLOOD)
  await eventually('what was sent up is settled', () => north.bridge.queued === 0)
  for (let i = 0; i < 3; i++) clock.pass(5000)
  await eventually('it is silent of itself now', () => {
    clock.pass(5000)
    return north.bridge.state.name !== 'up'
  })
  t.match(north.bridge.state, { reason: { code: 'CW_BRIDGE_LINK_DEAD' } })
})
