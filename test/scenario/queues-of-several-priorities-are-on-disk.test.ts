/** Each priority whose messages are kept on disk has a queue of its own there; one that no rule uses any more is drained all the same. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { openBridgeJournals } from '../../src/bridge/up/bridge-journals.ts'
import type { BridgeConfig, SpoolConfig } from '../../src/config/model.ts'
import { BridgeCounters } from '../../src/metrics/bridge-counters.ts'
import { bridgeConfig, keepingLogger, rig, rule } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { Publisher } from '../support/journaled-rig.ts'
import { mosquittoMissing, type Received, startMosquitto } from '../support/mosquitto.ts'

const COUNT = 500
const numbersOf = (messages: readonly Received[], topic: string): number[] => messages.filter(each => each.topic === topic).map(({ payload }) => Number(payload.toString()))
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i)
const byPriority = [rule('up/alarm', '', { priority: 'high' }), rule('up/log', '', { priority: 'low' }), rule('up/#', '')]

async function started (t: Test, dir: string, more: Partial<BridgeConfig> & { port: number }) {
  const spool: SpoolConfig = { dir: join(dir, 'north'), fsync: 'always', spoolAfterMs: 0, maxBytes: 1e9, maxMessages: 1e6, maxAgeMs: 0, minFreeBytes: 0, onFull: 'backpressure' }
  const config = bridgeConfig(more.port, { durability: 'spool', spool, maxSendQueueLen: 60, ...more })
  const counters = new BridgeCounters()
  return rig(t, config, { journals: await openBridgeJournals(config, { counters, logger: keepingLogger([]) }), counters })
}

test('what waits in three queues outlives the process, and its rules', { skip: mosquittoMissing }, async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-priorities-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const remote = await startMosquitto(t)
  await remote.observe('#', { clientId: 'observer', clean: false })
  await remote.stop()
  const first = await started(t, dir, { port: remote.port, forwards: byPriority })
  const publishers = ['up/log', 'up/news', 'up/alarm'].map((topic, i) => new Publisher(first, topic, i === 1 ? 2 : 1))
  await Promise.all(publishers.map(async publisher => publisher.publish(0, COUNT)))
  await eventually('all are acknowledged', () => publishers.every(({ acknowledged }) => acknowledged.length === COUNT))
  t.equal(first.bridge.queued, 3 * COUNT)
  t.ok(first.bridge.figures.disk !== null && first.bridge.figures.oldestMs > 0)
  t.equal(await first.bridge.drain(5000), false, 'it does not wait for a remote that is away: all is on disk')
  await first.bridge.stop()
  t.same((await readdir(dir)).sort(), ['north', 'north+high', 'north+low'])

  await remote.start()
  const observer = await remote.observe('#', { clientId: 'observer', clean: false })
  const second = await started(t, dir, { port: remote.port, forwards: [rule('up/#', '')] })
  t.equal(second.bridge.queued, 3 * COUNT, 'also of those that no rule uses now')
  const late = new Publisher(second, 'up/alarm')
  await late.publish(COUNT, COUNT + 10)
  await observer.received(3 * COUNT + 10)
  for (const topic of ['up/log', 'up/news']) t.same(numbersOf(observer.messages, topic), upTo(COUNT), topic)
  t.same(new Set(numbersOf(observer.messages, 'up/alarm')), new Set(upTo(COUNT + 10)))
  t.same(numbersOf(observer.messages, 'up/alarm').filter(number => number < COUNT), upTo(COUNT), 'in order, in the queue they were in')
  await eventually('the remote has acknowledged all', () => second.bridge.queued === 0)
  await second.bridge.stop()

  const third = await started(t, dir, { port: remote.port, forwards: [rule('up/#', '')] })
  t.equal(third.bridge.queued, 0)
})
