import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { journaledRig, Publisher } from '../support/journaled-rig.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

test('messages that were read back carry the mark of this node, as those that were not', { skip: mosquittoMissing }, async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-hops-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const remote = await startMosquitto(t)
  await remote.keep('observer', 'up/#')
  const rig = await journaledRig(t, { port: remote.port, dir, bridge: { protoVer: 5, maxHops: 8, maxSendQueueLen: 5 } })
  await rig.reaches('up')
  await remote.stop()
  await rig.reaches('waiting')
  await new Publisher(rig, 'up/a').publish(0, 40)
  await remote.start()
  const observer = await remote.observe(null, { protocolVersion: 5, clientId: 'observer', clean: false, properties: { sessionExpiryInterval: 100 } })
  await observer.received(40)
  // the relay of this test has no name
  t.same(observer.messages.map(({ userProperties }) => ({ ...userProperties })), Array.from({ length: 40 }, () => ({ 'causeway-via': '' })))
  t.same(observer.messages.map(({ payload }) => Number(payload.toString())), Array.from({ length: 40 }, (_, i) => i))
})
