import { test } from 'tap'
import { readSegmentHeader, SEGMENT_HEADER_BYTES, writeSegmentHeader } from '../../../src/spool/segment.ts'
import { Spool } from '../../../src/spool/spool.ts'
import { FaultyDisk } from '../../support/faulty-disk.ts'
import { NO_CLIENT, publishView, roomy, Watcher } from '../../support/spooled.ts'

const header = { salt: 0x1234_5678, firstNumber: 1_000_001, created: 1_790_000_000_000 }

test('any one flipped bit of a header is found and undone, two are not', async t => {
  const right = writeSegmentHeader(header)
  t.same(readSegmentHeader(right, 'f'), { ...header, mended: false })
  for (let bit = 0; bit < SEGMENT_HEADER_BYTES * 8; bit++) {
    const wrong = Buffer.from(right)
    wrong.writeUInt8(wrong.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    const found = readSegmentHeader(wrong, 'f')
    if (found?.mended !== true || found.salt !== header.salt || found.firstNumber !== header.firstNumber) t.fail(`bit ${bit}: ${JSON.stringify(found)}`)
    const other = (bit + 77) % (SEGMENT_HEADER_BYTES * 8)
    wrong.writeUInt8(wrong.readUInt8(other >> 3) ^ (1 << (other & 7)), other >> 3)
    if (readSegmentHeader(wrong, 'f') !== null) t.fail(`bits ${bit} and ${other} were taken for something`)
  }
  t.equal(readSegmentHeader(right.subarray(0, 20), 'f'), null, 'never written whole')
})

test('behind a header in ruins the records are read with the salt of another file', async t => {
  const disk = new FaultyDisk()
  const watcher = new Watcher()
  const options = { dir: '/j', disk, fsync: 'always', limits: roomy, segmentBytes: 200 } as const
  const spool = await Spool.open({ ...options, listener: watcher })
  for (let i = 1; i <= 9; i++) {
    spool.append(publishView('a', `payload ${i}`.repeat(5)), NO_CLIENT, 0)
    await watcher.untilDurable(i)
  }
  await spool.close()
  const files = (await disk.list('/j')).sort()
  t.ok(files.length >= 3)
  for (const byte of [0, 9, 13, 20, 33]) disk.flip(`/j/${files[0] ?? ''}`, byte, 3)
  const again = await Spool.open({ ...options, listener: new Watcher() })
  t.equal(again.waiting.count, 9)
  t.match(again.recovered.damages, [{ file: `/j/${files[0] ?? ''}`, damage: { at: 0, bytes: SEGMENT_HEADER_BYTES, torn: false } }])
  await again.close()
})
