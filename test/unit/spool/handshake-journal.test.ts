import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { test } from 'tap'
import { numberBody } from '../../../src/spool/handshake-notes.ts'
import { HEADER_BYTES, RecordKind, sealRecord } from '../../../src/spool/record.ts'
import { writeSegmentHeader } from '../../../src/spool/segment.ts'
import type { Spool } from '../../../src/spool/spool.ts'
import { eventually } from '../../support/eventually.ts'
import { FaultyDisk } from '../../support/faulty-disk.ts'
import { NO_CLIENT, openSpool, publishView, spoolDir } from '../../support/spooled.ts'

test('the handshakes of QoS 2 are there after a restart', async t => {
  const dir = await spoolDir(t)
  const client = Buffer.from('pump-7')
  const take = (spool: Spool, id: number): number => {
    const number = spool.append(publishView('a', `${id}`, 2, id), client, id)
    spool.handshakes.opened('pump-7', id, number)
    return number
  }
  const { spool, watcher } = await openSpool(dir)
  const first = take(spool, 17)
  const second = take(spool, 18)
  spool.handshakes.noteReleased(first)
  await watcher.untilDurable(spool.handshakes.noteCompleted('pump-7', client, 17))
  t.equal(spool.handshakes.noteCompleted('pump-7', client, 17), 0, 'a second time there is nothing to note')
  t.notOk(spool.handshakes.inherits('pump-7', 18), 'its own are not inherited')
  await spool.close()

  const again = (await openSpool(dir)).spool
  const { handshakes } = again
  t.same([handshakes.wasReleased(first), handshakes.wasReleased(second)], [true, false])
  t.same([handshakes.inherits('pump-7', 17), handshakes.inherits('pump-7', 18), handshakes.inherits('other', 18)], [false, true, false])
  t.equal(handshakes.inheritedThrough, again.last)
  handshakes.noteSession()
  handshakes.forget('pump-7', client)
  await again.close()

  const third = (await openSpool(dir)).spool
  t.notOk(third.handshakes.wasReleased(first), 'the remote began a session')
  t.notOk(third.handshakes.inherits('pump-7', 18), 'the device began one')
  await third.close()
})

test('notes of one kind that come together are one record, and each is there after a restart', async t => {
  const disk = new FaultyDisk()
  const { spool, watcher } = await openSpool('/j', { disk, dir: '/j' })
  const client = Buffer.from('pump-7')
  const numbers = Array.from({ length: 400 }, (_, i) => {
    const number = spool.append(publishView('a', `${i}`, 2, i + 1), client, i + 1)
    spool.handshakes.opened('pump-7', i + 1, number)
    return number
  })
  await watcher.untilDurable(spool.last)
  const before = spool.last
  const released = numbers.slice(0, 300).map(number => spool.handshakes.noteReleased(number))
  const completed = numbers.slice(0, 200).map((_, i) => spool.handshakes.noteCompleted('pump-7', client, i + 1))
  spool.append(publishView('a', 'between'), NO_CLIENT, 0)
  const later = spool.handshakes.noteReleased(numbers[300] ?? 0)
  t.strictSame([...new Set(released), ...new Set(completed), later], [before + 1, before + 2, before + 4], 'what stands between two of them ends a record')
  await watcher.untilDurable(later)
  t.equal(spool.handshakes.noteReleased(numbers[301] ?? 0), later + 1, 'one that was written takes no more')
  await watcher.untilDurable(later + 1)
  await spool.close()

  const again = (await openSpool('/j', { disk, dir: '/j' })).spool
  t.same(numbers.map(number => again.handshakes.wasReleased(number)), numbers.map((_, i) => i < 302))
  t.same(numbers.map((_, i) => again.handshakes.inherits('pump-7', i + 1)), numbers.map((_, i) => i >= 200))
  t.same(again.recovered.damages, [])
  await again.close()
})

test('a journal of version 1, where a note of PUBREC speaks of one message, is read', async t => {
  const disk = new FaultyDisk()
  const salt = 77
  const file = await disk.create('/j/000000000001.journal', true)
  const header = writeSegmentHeader({ salt, firstNumber: 1, created: 0 })
  header.writeUInt16LE(1, 8)
  header.writeUInt32LE(crc32(header.subarray(0, 32)), 32)
  await file.append(header)
  const message = Buffer.alloc(18 + 2)
  message.writeUInt16LE(1, 12)
  message.write('ab', 18)
  await file.append(record(salt, 1, RecordKind.MESSAGE, message))
  await file.append(record(salt, 2, RecordKind.RELEASED, numberBody(1)))
  const { spool, watcher } = await openSpool('/j', { disk, dir: '/j' })
  t.equal(spool.waiting.count, 1)
  t.ok(spool.handshakes.wasReleased(1))
  await watcher.untilDurable(spool.append(publishView('a', 'new'), NO_CLIENT, 0))
  await spool.close()
  const again = (await openSpool('/j', { disk, dir: '/j' })).spool
  t.equal(again.waiting.count, 2, 'with files of both versions')
  await again.close()
})

function record (salt: number, number: number, kind: RecordKind, body: Buffer): Buffer {
  const bytes = Buffer.alloc(HEADER_BYTES + body.length)
  body.copy(bytes, HEADER_BYTES)
  sealRecord(bytes, 0, { kind, flags: 2, length: body.length, number, salt })
  return bytes
}

test('open handshakes outlive the files that told of them', async t => {
  const dir = await spoolDir(t)
  const { spool, watcher } = await openSpool(dir, { segmentBytes: 2000 })
  const client = Buffer.from('pump-7')
  spool.handshakes.opened('pump-7', 9, spool.append(publishView('a', 'x', 2, 9), client, 9))
  for (let i = 0; i < 200; i++) {
    const number = spool.append(publishView('a', `${i}`), NO_CLIENT, 0)
    await watcher.untilDurable(number)
    if (i === 150) for (let done = 1; done <= number; done++) spool.acknowledge(done)
  }
  await eventually('the first files are gone', () => !existsSync(join(dir, '000000000001.journal')))
  await spool.close()
  const again = await openSpool(dir)
  t.ok(again.spool.handshakes.inherits('pump-7', 9))
  await again.spool.close()
})

test('the session at the remote is known after a restart, also when the file that told of it is gone', async t => {
  const dir = await spoolDir(t)
  const first = await openSpool(dir, { segmentBytes: 2000 })
  t.equal(first.spool.handshakes.sentIn, null)
  const identity = Buffer.alloc(16, 7)
  await first.watcher.untilDurable(first.spool.handshakes.noteSentIn(identity))
  for (let i = 0; i < 200; i++) {
    const number = first.spool.append(publishView('a', `${i}`), NO_CLIENT, 0)
    await first.watcher.untilDurable(number)
    if (i === 150) for (let done = 1; done <= number; done++) first.spool.acknowledge(done)
  }
  await eventually('the first files are gone', () => !existsSync(join(dir, '000000000001.journal')))
  await first.spool.close()
  const { spool } = await openSpool(dir)
  t.same(spool.handshakes.sentIn, identity)
  await spool.close()
})

test('naming the session makes nothing void that was noted before', async t => {
  const dir = await spoolDir(t)
  const first = await openSpool(dir)
  const number = first.spool.append(publishView('a', 'x', 2, 9), Buffer.from('pump-7'), 9)
  first.spool.handshakes.noteReleased(number)
  await first.watcher.untilDurable(first.spool.handshakes.noteSentIn(Buffer.alloc(16, 7)))
  await first.spool.close()
  const { spool } = await openSpool(dir)
  t.ok(spool.handshakes.wasReleased(number))
  await spool.close()
})

test('after damage no handshake is believed', async t => {
  const disk = new FaultyDisk()
  const { spool, watcher } = await openSpool('/', { disk, dir: '/j' })
  const number = spool.append(publishView('a', 'x', 2, 9), Buffer.from('pump-7'), 9)
  await watcher.untilDurable(spool.handshakes.noteReleased(number))
  for (let i = 0; i < 5; i++) spool.append(publishView('a', `${i}`), NO_CLIENT, 0)
  await spool.close()
  const file = '/j/000000000001.journal'
  disk.flip(file, (await disk.readWhole(file)).length - 60, 3)
  const damaged = await openSpool('/', { disk, dir: '/j' })
  t.notOk(damaged.spool.handshakes.inherits('pump-7', 9))
  t.notOk(damaged.spool.handshakes.wasReleased(number))
  t.equal(damaged.spool.waiting.count, 5, 'one message is lost')
  await damaged.spool.close()
})
