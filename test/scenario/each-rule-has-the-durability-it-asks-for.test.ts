/** `durability` of a rule: what a device is acknowledged for, and what of it outlives the process. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { t as all, test } from 'tap'
import { openBridgeJournals } from '../../src/bridge/up/bridge-journals.ts'
import { BridgeCounters } from '../../src/metrics/bridge-counters.ts'
import { bridgeConfig, keepingLogger, rig, rule } from '../support/bridge-rig.ts'
import { EdgeProcess } from '../support/crash-run.ts'
import { eventually } from '../support/eventually.ts'
import { Publisher } from '../support/journaled-rig.ts'
import { mosquittoMissing, type Received, startMosquitto } from '../support/mosquitto.ts'

all.setTimeout(60_000)

const COUNT = 200
const kept = { clientId: 'observer', clean: false }
const numbersOf = (messages: readonly Received[], topic: string): number[] => messages.filter(each => each.topic === topic).map(({ payload }) => Number(payload.toString()))
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)

test('after kill -9 the messages of the rule on disk arrive, and those of the rule in memory are lost', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  await remote.observe('#', kept)
  await remote.stop()
  const edge: EdgeProcess = await EdgeProcess.make(t, {
    remotePort: remote.port,
    bridge: `durability = memory
      forwards = [
        { local_topic = "up/kept", remote_topic = "", durability = spool }
        { local_topic = "up/sure", remote_topic = "", durability = remote }
        { local_topic = "up/#", remote_topic = "" }
      ]`
  })
  await edge.start()
  // one for each: a device hears of its messages in the order of its PUBLISHes, so that one that waits holds up those behind it [MQTT-4.6.0-2]
  const [sure, others] = await Promise.all([connectAsync(`mqtt://127.0.0.1:${edge.port}`, { reconnectPeriod: 0 }), connectAsync(`mqtt://127.0.0.1:${edge.port}`, { reconnectPeriod: 0 })])
  let isSure = false
  sure.publish('up/sure', '0', { qos: 1 }, error => { if (error == null) isSure = true })
  await Promise.all(upTo(COUNT).flatMap(i => [others.publishAsync('up/loose', String(i), { qos: 1 }), others.publishAsync('up/kept', String(i), { qos: 2 })]))
  t.notOk(isSure, 'the device keeps what the remote does not have')
  for (const device of [sure, others]) device.on('error', () => {})
  await edge.kill('SIGKILL')
  for (const device of [sure, others]) await device.endAsync(true)

  await remote.start()
  const observer = await remote.observe(null, kept)
  await edge.start()
  await observer.received(COUNT)
  const later = await connectAsync(`mqtt://127.0.0.1:${edge.port}`, { reconnectPeriod: 0 })
  await later.publishAsync('up/loose', String(COUNT), { qos: 1 })
  await later.publishAsync('up/sure', '1', { qos: 1 })
  await eventually('what came later is there', () => observer.messages.length >= COUNT + 2)
  t.same(numbersOf(observer.messages, 'up/kept'), upTo(COUNT), 'all, in order')
  t.same(numbersOf(observer.messages, 'up/loose'), [COUNT], `${COUNT} that were acknowledged are lost, as memory promises`)
  await later.endAsync()
})

test('a bridge that is stopped says what of it is lost and what is kept', { skip: mosquittoMissing }, async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-rules-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const remote = await startMosquitto(t)
  await remote.stop()
  const config = bridgeConfig(remote.port, {
    durability: 'spool',
    spool: { dir: join(dir, 'north'), fsync: 'always', spoolAfterMs: 0, maxBytes: 1e9, maxMessages: 1e6, maxAgeMs: 0, minFreeBytes: 0, onFull: 'backpressure' },
    forwards: [rule('up/loose', '', { durability: 'memory' }), rule('up/sure', '', { durability: 'remote' }), rule('up/#', '')]
  })
  const counters = new BridgeCounters()
  const site = rig(t, config, { counters, journals: await openBridgeJournals(config, { counters, logger: keepingLogger([]) }) })
  const [loose, sure, onDisk] = ['up/loose', 'up/sure', 'up/a'].map(topic => new Publisher(site, topic)) as [Publisher, Publisher, Publisher]
  await loose.publish(0, 30)
  await sure.publish(0, 20)
  await onDisk.publish(0, 10)
  await eventually('what is to be safe is', () => onDisk.acknowledged.length === 10)
  t.same(loose.acknowledged, upTo(30), 'at once')
  t.same(sure.acknowledged, [], 'not before the remote has it')
  t.equal(site.bridge.queued, 60)
  await site.bridge.stop()
  t.match(site.log.filter(({ messages }) => messages !== undefined), [{ level: 'info', messages: 10, message: /on disk/ }, { level: 'warn', messages: 50 }])
})

test('a device whose rule waits for the remote hears when the remote has it', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const site = rig(t, bridgeConfig(remote.port, { forwards: [rule('up/sure', '', { durability: 'remote' }), rule('up/#', '')] }))
  await site.reaches('up')
  remote.freeze()
  const [sure, loose] = [new Publisher(site, 'up/sure', 2), new Publisher(site, 'up/a')]
  await sure.publish(0, 10)
  await loose.publish(0, 10)
  t.same(loose.acknowledged, upTo(10))
  t.same(sure.acknowledged, [])
  remote.thaw()
  await eventually('all are', () => sure.acknowledged.length === 10)
  t.same(sure.acknowledged, upTo(10))
})
