/** Memory and disk are two views of one queue: what does not fit the first is read back from the second, in order, also by another process. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { warnOfOrphans } from '../../src/bridge/up/orphan-journals.ts'
import { keepingLogger, type LogLine, rule } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { FaultyDisk } from '../support/faulty-disk.ts'
import { journaledRig, Publisher } from '../support/journaled-rig.ts'
import { type Mosquitto, mosquittoMissing, type Received, startMosquitto } from '../support/mosquitto.ts'

const numbersTo = (end: number, from = 0): number[] => Array.from({ length: end - from }, (_, i) => from + i)
const numbersIn = (messages: readonly Received[], topic: string): number[] => messages.filter(each => each.topic === topic).map(({ payload }) => Number(payload.toString()))
const small = { maxSendQueueLen: 50 }

const kept = { clientId: 'observer', clean: false }

/** A remote that is away, with a session for an observer that gets all of it later. */
async function absentRemote (t: Test): Promise<Mosquitto> {
  const remote = await startMosquitto(t)
  await remote.observe('#', kept)
  await remote.stop()
  return remote
}

async function directory (t: Test): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-durable-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  return dir
}

test('a remote that is away for the whole life of a process gets everything from the next one, in order', { skip: mosquittoMissing }, async t => {
  const dir = join(await directory(t), 'north')
  const remote = await absentRemote(t)
  const first = await journaledRig(t, { port: remote.port, dir, bridge: { ...small, forwards: [rule('up/#', '#', { prefix: 'site/' })] } })
  const publisher = new Publisher(first, 'up/a')
  await publisher.publish(0, 3000)
  await eventually('all are acknowledged', () => publisher.acknowledged.length === 3000)
  t.equal(first.bridge.queued, 3000)
  t.equal(await first.bridge.drain(5000), false, 'it does not wait for a remote that is away')
  await first.bridge.stop()

  await remote.start()
  const observer = await remote.observe('#', kept)
  const second = await journaledRig(t, { port: remote.port, dir, bridge: { ...small, forwards: [rule('up/#', '')] } })
  t.match(second.journalLog, [{ level: 'info', messages: 3000 }], 'said at the start')
  const late = new Publisher(second, 'up/a')
  await late.publish(3000, 3500)
  await observer.received(3500)
  t.same(numbersIn(observer.messages, 'site/a'), numbersTo(3000), 'by the rules that held when they came')
  t.same(numbersIn(observer.messages, 'up/a'), numbersTo(3500, 3000))
  t.ok(numbersIn(observer.messages.slice(0, 3000), 'up/a').length === 0, 'what is older goes first')
  await eventually('the remote has acknowledged all', () => second.bridge.queued === 0)
  t.equal(second.bridge.counters.acknowledged, 3500)
  await second.bridge.stop()

  const third = await journaledRig(t, { port: remote.port, dir })
  t.equal(third.bridge.queued, 0, 'nothing of it comes back')
  t.equal((await readdir(dir)).filter(name => name.endsWith('.journal')).length, 1)
})

test('what memory does not hold goes to disk and drains in order, while more comes', { skip: mosquittoMissing }, async t => {
  const dir = join(await directory(t), 'north')
  const remote = await startMosquitto(t)
  const observer = await remote.observe('up/#')
  const north = await journaledRig(t, { port: remote.port, dir, bridge: { ...small, maxSendQueueBytes: 8192 } })
  await north.reaches('up')
  const [a, b] = [new Publisher(north, 'up/a'), new Publisher(north, 'up/b', 2)]
  remote.freeze()
  await Promise.all([a.publish(0, 2000), b.publish(0, 500)])
  await eventually('all are acknowledged', () => a.acknowledged.length === 2000 && b.acknowledged.length === 500)
  t.ok(north.bridge.queuedBytes <= 8192, 'memory is bounded')
  remote.thaw()
  await Promise.all([a.publish(2000, 4000), b.publish(500, 1000)])
  await observer.received(5000)
  t.same(numbersIn(observer.messages, 'up/a'), numbersTo(4000))
  t.same(numbersIn(observer.messages, 'up/b'), numbersTo(1000))
  await eventually('the queue is empty', () => north.bridge.queued === 0)
  t.same(a.acknowledged, numbersTo(4000))
  t.same(north.journalLog.filter(({ level }) => level !== 'info'), [])
})

test('a disk that is full slows publishers, loses nothing acknowledged, and recovers by itself', { skip: mosquittoMissing }, async t => {
  const remote = await absentRemote(t)
  const disk = new FaultyDisk()
  const north = await journaledRig(t, { port: remote.port, dir: '/spool', disk })
  const publisher = new Publisher(north, 'up/a')
  await publisher.publish(0, 100)
  await eventually('these are safe', () => publisher.acknowledged.length === 100)
  disk.failAppend = 'ENOSPC'
  await publisher.publish(100, 200)
  await eventually('it is told', () => north.journalLog.length > 0)
  t.equal(publisher.acknowledged.length, 100, 'nothing is acknowledged that is not safe')
  disk.failAppend = null
  await eventually('all is safe', () => publisher.acknowledged.length === 200)
  t.match(north.journalLog, [{ level: 'warn', code: 'ENOSPC', hint: /room/ }, { level: 'info', message: /again/ }])
  t.equal(north.journalLog.length, 2, 'one line each')
  disk.failSync = 'EIO'
  await publisher.publish(200, 300)
  await remote.start()
  const observer = await remote.observe('#', kept)
  await eventually('the remote makes them safe', () => publisher.acknowledged.length === 300)
  await observer.received(300)
  t.same(numbersIn(observer.messages, 'up/a'), numbersTo(300))
  disk.failSync = null
})

test('what is dropped by a limit is counted and not sent', { skip: mosquittoMissing }, async t => {
  for (const onFull of ['drop_oldest', 'drop_newest'] as const) {
    const remote = await absentRemote(t)
    const north = await journaledRig(t, { port: remote.port, dir: join(await directory(t), 'north'), spool: { maxMessages: 100, onFull }, bridge: small })
    const publisher = new Publisher(north, 'up/a')
    await publisher.publish(0, 1000)
    await eventually('all are acknowledged', () => publisher.acknowledged.length === 1000)
    const { queued } = north.bridge
    t.ok(queued > 90 && queued <= 100, `${onFull}: at its limit`)
    t.equal(north.bridge.counters.acknowledgedDropped, 1000 - queued, `${onFull}: counted`)
    await remote.start()
    const observer = await remote.observe('#', kept)
    await observer.received(queued)
    t.same(numbersIn(observer.messages, 'up/a'), onFull === 'drop_newest' ? numbersTo(queued) : numbersTo(1000, 1000 - queued), `${onFull}: the right ones stay`)
    await north.bridge.stop()
  }
})

test('a full journal under back-pressure takes no more, and goes on when the remote has taken some', { skip: mosquittoMissing }, async t => {
  const remote = await absentRemote(t)
  const north = await journaledRig(t, { port: remote.port, dir: join(await directory(t), 'north'), spool: { maxMessages: 100 } })
  const publisher = new Publisher(north, 'up/a')
  const all = publisher.publish(0, 300)
  await eventually('it is full', () => publisher.refused > 0)
  t.equal(north.bridge.queued, 100)
  await remote.start()
  await all
  await eventually('it drains', () => north.bridge.queued === 0)
  t.same(publisher.acknowledged, numbersTo(300))
  t.equal(north.bridge.counters.acknowledgedDropped, 0)
})

test('a spool without its bridge is named and left alone', async t => {
  const dir = await directory(t)
  const gone = await journaledRig(t, { port: 1, dir: join(dir, 'gone') })
  const publisher = new Publisher(gone, 'up/a')
  await publisher.publish(0, 7)
  await eventually('all are acknowledged', () => publisher.acknowledged.length === 7)
  await gone.bridge.stop()
  const log: LogLine[] = []
  await warnOfOrphans(dir, new Set(['north']), keepingLogger(log))
  t.match(log, [{ level: 'warn', dir: join(dir, 'gone'), messages: 7, hint: /gone again/ }])
  log.length = 0
  await warnOfOrphans(dir, new Set(['gone']), keepingLogger(log))
  t.same(log, [])
})
