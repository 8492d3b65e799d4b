import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import type { ReadMessage } from '../../../src/spool/reader.ts'
import { eventually } from '../../support/eventually.ts'
import { FaultyDisk } from '../../support/faulty-disk.ts'
import { NO_CLIENT, openSpool, publishView, readAll, roomy, spoolDir } from '../../support/spooled.ts'

const payloads = (messages: ReadMessage[]): string[] => messages.map(({ message }) => message.payload.toString())

test('what was durable is there after a restart, in order, and what was acknowledged is not', async t => {
  const dir = await spoolDir(t)
  const { spool, watcher } = await openSpool(dir)
  for (let i = 1; i <= 2000; i++) spool.append(publishView(`site/${i % 7}`, `m${i}`), NO_CLIENT, 0)
  await watcher.untilDurable(2000)
  for (let i = 1; i <= 1500; i++) spool.acknowledge(i)
  spool.acknowledge(1777)
  await spool.close()

  const again = await openSpool(dir)
  t.equal(again.spool.waiting.count, 499)
  const read = await readAll(again.spool)
  t.equal(read.length, 499)
  t.equal(read[0]?.message.payload.toString(), 'm1501')
  t.equal(read[0]?.message.topic.toString(), `site/${1501 % 7}`)
  t.notOk(payloads(read).includes('m1777'))
  t.strictSame(read.map(({ number }) => number), read.map(({ number }) => number).sort((a, b) => a - b))
  t.ok(again.spool.last >= 2000, 'numbers go on')
  await again.spool.close()
})

test('files are nobody else\'s, and go when all their messages were taken', async t => {
  const dir = await spoolDir(t)
  const { spool, watcher } = await openSpool(dir, { segmentBytes: 4096 })
  for (let group = 0; group < 20; group++) {
    for (let i = 0; i < 50; i++) spool.append(publishView('a', 'x'.repeat(100)), NO_CLIENT, 0)
    await watcher.untilDurable(spool.last)
  }
  const before = await readdir(dir)
  t.ok(before.length > 10, `${before.length} segments`)
  t.equal((await stat(dir)).mode & 0o777, 0o700)
  t.equal((await stat(join(dir, before[0] ?? ''))).mode & 0o777, 0o600)
  for (let number = 1; number <= 1000; number++) spool.acknowledge(number)
  await spool.close()
  t.ok((await readdir(dir)).length <= 2, 'all but the last are gone')
})

test('one process at a time', async t => {
  const dir = await spoolDir(t)
  const { spool } = await openSpool(dir)
  await t.rejects(openSpool(dir), { code: 'CW_SPOOL_LOCKED' })
  await spool.close()
  const again = await openSpool(dir)
  await again.spool.close()
})

test('a journal of an unknown version is refused and left alone', async t => {
  const disk = new FaultyDisk()
  const { spool, watcher } = await openSpool('/', { disk, dir: '/' })
  spool.append(publishView('a', 'b'), NO_CLIENT, 0)
  await watcher.untilDurable(1)
  await spool.close()
  const file = '//' + String((await disk.list('/'))[0]).replace(/^\//, '')
  const { writeSegmentHeader } = await import('../../../src/spool/segment.ts')
  const { crc32 } = await import('node:zlib')
  const header = writeSegmentHeader({ salt: 1, firstNumber: 1, created: 0 })
  header.writeUInt16LE(9, 8)
  header.writeUInt32LE(crc32(header.subarray(0, 32)), 32)
  const other = new FaultyDisk()
  const handle = await other.create(file, true)
  await handle.append(header)
  await t.rejects(openSpool('/', { disk: other, dir: '/' }), { code: 'CW_SPOOL_VERSION' })
  t.equal((await other.list('/')).length, 1)
})

test('a full disk and a failing sync lose nothing: records wait and are written again elsewhere', async t => {
  for (const [fault, syncsItself] of [['failAppend', true], ['failAppend', false], ['failSync', true], ['failSync', false]] as const) {
    const disk = new FaultyDisk(syncsItself)
    const { spool, watcher } = await openSpool('/', { disk, dir: '/j' })
    spool.append(publishView('a', 'one'), NO_CLIENT, 0)
    await watcher.untilDurable(1)
    disk[fault] = fault === 'failAppend' ? 'ENOSPC' : 'EIO'
    const failure = watcher.untilFailure()
    spool.append(publishView('a', 'two'), NO_CLIENT, 0)
    await failure
    t.ok(spool.failing)
    t.equal(watcher.durableThrough, 1, 'not durable while the disk refuses')
    spool.append(publishView('a', 'three'), NO_CLIENT, 0)
    disk[fault] = null
    await watcher.untilDurable(3)
    t.equal(watcher.recoveries, 1)
    t.notOk(spool.failing)
    const after = disk.losePower(() => 0)
    await spool.close()
    const again = await openSpool('/', { disk: after, dir: '/j' })
    t.strictSame(payloads(await readAll(again.spool)), ['one', 'two', 'three'], `${fault}, ${syncsItself ? 'synced appends' : 'a sync of its own'}`)
    await again.spool.close()
  }
})

test('there is no room over the limits of count, bytes and free disk', async t => {
  const dir = await spoolDir(t)
  const { spool } = await openSpool(dir, { limits: { ...roomy, maxMessages: 3 } })
  for (let i = 0; i < 3; i++) {
    t.ok(spool.hasRoom(10))
    spool.append(publishView('a', 'b'), NO_CLIENT, 0)
  }
  t.notOk(spool.hasRoom(10))
  spool.acknowledge(1)
  t.ok(spool.hasRoom(10))
  await spool.close()

  const small = await openSpool(dir, { limits: { ...roomy, maxBytes: 1000 } })
  t.notOk(small.spool.hasRoom(2000))
  await small.spool.close()

  const alone = await openSpool('/', { disk: new FaultyDisk(), dir: '/j', limits: { ...roomy, maxBytes: 65_536 } })
  t.ok(alone.spool.hasRoom(100_000), 'one that is larger than all may be is not refused for ever')
  t.ok(alone.spool.hasRoom(100 * 1024 * 1024), 'nor one that is larger than what may wait to be written')
  alone.spool.append(publishView('a', 'b'), NO_CLIENT, 0)
  t.notOk(alone.spool.hasRoom(100_000), 'but it waits until it is alone')
  await alone.spool.close()

  const disk = new FaultyDisk()
  disk.freeBytes = 5000
  const full = await openSpool('/', { disk, dir: '/j', limits: { ...roomy, minFreeBytes: 4096 } })
  full.spool.hasRoom(1)
  await new Promise(resolve => setImmediate(resolve))
  t.notOk(full.spool.hasRoom(2000))
  t.ok(full.spool.hasRoom(100))
  await full.spool.close()
})

test('fsync says when the disk is to have it: always, within a second, or when the system likes', async t => {
  for (const fsync of ['always', 'interval', 'never'] as const) {
    const disk = new FaultyDisk(false)
    const { spool, watcher } = await openSpool('/', { disk, dir: '/j', fsync })
    for (let number = 1; number <= 3; number++) {
      spool.append(publishView('a', `${number}`), NO_CLIENT, 0)
      await watcher.untilDurable(number)
    }
    t.equal(disk.syncs, { always: 3, interval: 1, never: 0 }[fsync], fsync)
    if (fsync === 'interval') await eventually('the rest is synced though nothing comes after it', () => disk.syncs === 2)
    const after = disk.losePower(() => 0) // nothing that was not synced is left
    const again = await openSpool('/', { disk: after, dir: '/j' })
    t.equal(again.spool.waiting.count, fsync === 'never' ? 0 : 3, `${fsync}: after the power went`)
    await again.spool.close()
    await spool.close()
  }
})

test('with spoolAfterMs an early acknowledgement spares the disk', async t => {
  const disk = new FaultyDisk()
  const { spool, watcher } = await openSpool('/', { disk, dir: '/j', spoolAfterMs: 30 })
  for (let i = 0; i < 10; i++) spool.append(publishView('a', `${i}`), NO_CLIENT, 0)
  for (let number = 1; number <= 10; number++) spool.acknowledge(number)
  await watcher.untilDurable(10)
  t.equal(disk.syncs, 0)
  for (let i = 0; i < 10; i++) spool.append(publishView('a', `second ${i}`), NO_CLIENT, 0)
  for (let number = 11; number <= 15; number++) spool.acknowledge(number)
  await watcher.untilDurable(20)
  await spool.close()
  const again = await openSpool('/', { disk, dir: '/j' })
  t.strictSame(payloads(await readAll(again.spool)), ['second 5', 'second 6', 'second 7', 'second 8', 'second 9'])
  await again.spool.close()
})

test('a reader follows the writer and passes over what was taken', async t => {
  const dir = await spoolDir(t)
  const { spool, watcher } = await openSpool(dir, { segmentBytes: 10_000 })
  const reader = spool.reader(0)
  const seen: string[] = []
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 100; i++) spool.append(publishView('a', `${round}.${i}`), NO_CLIENT, 0)
    const taken = spool.last - 50
    spool.acknowledge(taken)
    await watcher.untilDurable(spool.last)
    for (let block = await reader.next(); block.length > 0; block = await reader.next()) {
      for (const { number, message } of block) {
        seen.push(message.payload.toString())
        spool.acknowledge(number)
      }
    }
  }
  t.equal(seen.length, 990)
  t.equal(seen.at(-1), '9.99')
  t.notOk(seen.includes('3.49'))
  await reader.close()
  await spool.close()
})

test('a reader passes a file that ends with notes, as that of every process does', { timeout: 5000 }, async t => {
  const dir = await spoolDir(t)
  for (const payload of ['first', 'second', 'third']) {
    const { spool, watcher } = await openSpool(dir)
    const taken = spool.append(publishView('a', 'taken'), NO_CLIENT, 0)
    spool.append(publishView('a', payload), NO_CLIENT, 0)
    await watcher.untilDurable(spool.last)
    spool.acknowledge(taken)
    await spool.close()
  }
  const { spool } = await openSpool(dir)
  t.same(payloads(await readAll(spool)), ['first', 'second', 'third'])
  await spool.close()
})

test('a message larger than the buffers goes through', async t => {
  const dir = await spoolDir(t)
  const { spool, watcher } = await openSpool(dir)
  const big = Buffer.alloc(5_000_000, 'z')
  spool.append(publishView('a', 'small'), NO_CLIENT, 0)
  spool.append(publishView('a', big), NO_CLIENT, 0)
  spool.append(publishView('a', 'after'), NO_CLIENT, 0)
  await watcher.untilDurable(3)
  const read = await readAll(spool)
  t.strictSame(read.map(({ message }) => message.payload.length), [5, 5_000_000, 5])
  await spool.close()
})
