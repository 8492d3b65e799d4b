/** Writing behind: batches, who waits, a disk that is slow, full or dead. */
import { test } from 'tap'
import { DiskWriter } from '../../../../src/broker/persistence/disk-writer.ts'
import { SessionCounters } from '../../../../src/metrics/session-counters.ts'
import { silentLogger } from '../../../../src/logger.ts'
import type { Logger } from '../../../../src/logger.ts'
import { MemoryDisk } from '../../../support/session-store.ts'

const value = (text: string) => () => Buffer.from(text)

function writer (disk: MemoryDisk, over: { logger?: Logger, patienceMs?: number, retryMs?: number } = {}): { writer: DiskWriter, counters: SessionCounters } {
  const counters = new SessionCounters()
  return { counters, writer: new DiskWriter({ backend: disk, logger: silentLogger, counters, retryMs: 1, ...over }) }
}

function gate (): { wait: () => Promise<void>, open: () => void, entered: Promise<void> } {
  let open = (): void => {}
  let enter = (): void => {}
  const opened = new Promise<void>(resolve => { open = resolve })
  const entered = new Promise<void>(resolve => { enter = resolve })
  return { open, entered, wait: () => { enter(); return opened } }
}

test('changes of a turn are one batch, one batch is in flight, and waiting ends when it is safe', async t => {
  const disk = new MemoryDisk()
  const { writer: w, counters } = writer(disk)
  let called = 0
  w.whenFlushed(() => { called++ })
  t.equal(called, 1, 'nothing to write: at once')
  const first = gate()
  disk.before = first.wait
  w.put('a', value('1'), true)
  w.put('b', value('2'), true)
  w.whenFlushed(() => { called++ })
  await first.entered
  t.equal(called, 1)
  for (let n = 0; n < 50; n++) w.put(`c${n}`, value(''), true)
  w.whenFlushed(() => { called++ })
  disk.before = () => Promise.resolve()
  first.open()
  await w.flushed()
  t.equal(called, 3)
  t.strictSame(disk.batches.map(({ length }) => length), [2, 50])
  t.equal(disk.mostInFlight, 1)
  t.equal(counters.diskPending, 0)
})

test('what is deleted before it is written is never written nor encoded; a later change wins', async t => {
  const disk = new MemoryDisk()
  const { writer: w } = writer(disk)
  w.put('gone', () => { throw new Error('encoded for nothing') }, true)
  w.del('gone')
  w.put('kept', value('old'), true)
  w.put('kept', value('new'), false)
  w.put('maybe', value('x'), false)
  w.del('maybe')
  await w.flushed()
  t.strictSame(disk.batches, [[{ type: 'put', key: 'kept', value: Buffer.from('new') }, { type: 'del', key: 'maybe' }]])
  w.put('brief', value(''), true)
  w.del('brief')
  await w.flushed()
  t.equal(disk.batches.length, 1, 'nothing was left to write, and nobody waits for ever')
})

test('deleted while its batch is in flight, it is deleted on disk too', async t => {
  const disk = new MemoryDisk()
  const { writer: w } = writer(disk)
  const held = gate()
  disk.before = held.wait
  w.put('a', value('1'), true)
  await held.entered
  w.del('a')
  disk.before = () => Promise.resolve()
  held.open()
  await w.flushed()
  t.notOk(disk.content.has('a'))
})

test('a disk that fails is told once, opened and tried again, and nothing is lost', async t => {
  const disk = new MemoryDisk()
  const lines: string[] = []
  const logger: Logger = { ...silentLogger, error: (_, message) => lines.push(`error ${message}`), info: (_, message) => lines.push(`info ${message}`) }
  const { writer: w, counters } = writer(disk, { logger })
  let failures = 3
  disk.before = async () => { if (failures-- > 0) throw new Error('ENOSPC') }
  w.put('a', value('1'), true)
  w.put('b', value('1'), true)
  const waiting = w.flushed()
  w.del('b')
  w.put('c', value('2'), true)
  await waiting
  await w.flushed()
  t.strictSame([...disk.content.keys()].sort(), ['a', 'c'])
  t.equal(counters.diskErrors, 3)
  t.equal(disk.opened, 3, 'opened again before each new try')
  t.match(lines, [/^error .*memory/, /^info .*again/])
  t.equal(lines.length, 2)
})

test('a record that can not be encoded does not hold the others', async t => {
  const disk = new MemoryDisk()
  const { writer: w, counters } = writer(disk)
  w.put('a', value('1'), true)
  w.put('bad', () => { throw new Error('circular') }, true)
  w.put('c', value('2'), true)
  await w.flushed()
  t.strictSame([...disk.content.keys()], ['a', 'c'])
  t.equal(counters.diskErrors, 1)
})

test('an entry of a failed batch that is deleted meanwhile is deleted on disk: it may be there', async t => {
  const disk = new MemoryDisk()
  const { writer: w } = writer(disk)
  let failing = true
  disk.before = async () => {
    if (!failing) return
    disk.content.set('a', Buffer.from('half written'))
    failing = false
    w.del('a')
    throw new Error('EIO')
  }
  w.put('a', value('1'), true)
  await w.flushed()
  t.notOk(disk.content.has('a'))
})

test('acknowledgements wait for a dead disk only so long; when it is back they wait again', async t => {
  const disk = new MemoryDisk()
  const { writer: w, counters } = writer(disk, { patienceMs: 20 })
  const dead = gate()
  disk.before = dead.wait
  w.put('a', value('1'), true)
  await w.flushed()
  t.equal(counters.diskDegraded, 1)
  t.equal(counters.diskUnflushed, 1)
  w.put('b', value('2'), true)
  let called = false
  w.whenFlushed(() => { called = true })
  t.equal(called, true, 'at once while it is degraded')
  disk.before = () => Promise.resolve()
  dead.open()
  while (disk.content.size < 2) await new Promise(resolve => setImmediate(resolve))
  t.equal(counters.diskDegraded, 0)
  w.put('c', value('3'), true)
  called = false
  w.whenFlushed(() => { called = true })
  t.equal(called, false)
  await w.close()
  t.equal(called, true)
  t.equal(disk.isOpen, false)
})

test('closing writes what is left; a disk that fails or hangs does not hold it for ever', async t => {
  const good = new MemoryDisk()
  const one = writer(good)
  one.writer.put('a', value('1'), true)
  await one.writer.close()
  t.ok(good.content.has('a'))

  const failing = new MemoryDisk()
  failing.before = () => Promise.reject(new Error('ENOSPC'))
  const two = writer(failing, { retryMs: 60_000 })
  two.writer.put('a', value('1'), true)
  while (two.counters.diskErrors === 0) await new Promise(resolve => setImmediate(resolve))
  await two.writer.close()
  t.equal(two.counters.diskErrors, 2, 'one more try')

  const hanging = new MemoryDisk()
  hanging.before = () => new Promise(() => {})
  const three = writer(hanging, { patienceMs: 20 })
  three.writer.put('a', value('1'), true)
  await three.writer.close()
  t.pass('closed')
})
