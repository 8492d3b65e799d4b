import { test } from 'tap'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'
import { readPublish } from '../support/publish-frames.ts'

test('retry_qos_0 keeps what fits the buffer, in order, and drops the rest, counted', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { retryQos0: true }))
  const large = 'x'.repeat(100_000)
  for (const payload of ['1', '2', large, large, large, '3']) t.equal(north.offer({ topic: 'up/a', payload, qos: 0 }), true)
  t.equal(north.bridge.counters.droppedLinkDown, 1)
  const connection = await remote.connection()
  await connection.accept()
  for (const payload of ['1', '2', large, large, '3']) t.equal(readPublish(await connection.next(type.PUBLISH)).payload, payload)
  connection.socket.destroy()
  await north.reaches('waiting')
  north.offer({ topic: 'up/a', payload: 'between', qos: 0 })
  const next = await remote.connection()
  await next.accept()
  t.equal(readPublish(await next.next(type.PUBLISH)).payload, 'between')
})

test('without it QoS 0 is dropped while the link is down, counted', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port))
  north.offer({ topic: 'up/a', payload: 'early', qos: 0 })
  const connection = await remote.connection()
  await connection.accept()
  await north.reaches('up')
  north.offer({ topic: 'up/a', payload: 'now', qos: 0 })
  t.equal(readPublish(await connection.next(type.PUBLISH)).payload, 'now')
  t.equal(north.bridge.counters.droppedLinkDown, 1)
})
