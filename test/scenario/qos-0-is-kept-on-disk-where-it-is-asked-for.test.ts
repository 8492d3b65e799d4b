/** `spool_qos0`: what comes with QoS 0 while the remote is away is there when another process comes up, after kill or stop. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { rule } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { journaledRig } from '../support/journaled-rig.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

test('it outlives the process, goes with QoS 1, and a rule with QoS 0 is left out', { skip: mosquittoMissing }, async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-qos0-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const remote = await startMosquitto(t)
  await remote.stop()
  const bridge = { spoolQos0: true, forwards: [rule('up/#', ''), rule('loose/#', '', { qos: 0 })] }
  const first = await journaledRig(t, { port: remote.port, dir: join(dir, 'north'), bridge })
  for (let n = 0; n < 20; n++) t.ok(first.offer({ topic: 'up/a', payload: String(n), qos: 0 }))
  first.offer({ topic: 'loose/a', payload: 'x', qos: 0 })
  t.equal(first.bridge.queued, 20)
  t.equal(first.bridge.counters.droppedLinkDown, 1)
  await eventually('they are safe', () => first.journal.durable === 20)
  await first.bridge.stop()

  await remote.start()
  const observer = await remote.observe('#')
  const second = await journaledRig(t, { port: remote.port, dir: join(dir, 'north'), bridge })
  await observer.received(20)
  second.offer({ topic: 'up/a', payload: '20', qos: 0 })
  await observer.received(21)
  t.same(observer.messages.map(({ payload }) => Number(payload.toString())), Array.from({ length: 21 }, (_, n) => n))
  t.ok(observer.messages.every(({ qos }) => qos === 1))
  await eventually('nothing waits', () => second.bridge.queued === 0)
})
