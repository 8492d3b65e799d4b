/** A file that ends anywhere, and a bit that is wrong anywhere, cost what they hit and nothing else, and are told. */
import { test } from 'tap'
import { MESSAGE_FIXED_BYTES } from '../../../src/spool/message.ts'
import { HEADER_BYTES, RecordKind, sealRecord } from '../../../src/spool/record.ts'
import { SEGMENT_HEADER_BYTES } from '../../../src/spool/segment.ts'
import type { Spool } from '../../../src/spool/spool.ts'
import { FaultyDisk } from '../../support/faulty-disk.ts'
import { NO_CLIENT, openSpool, publishView, readAll } from '../../support/spooled.ts'

const FILE = '/j/000000000001.journal'
const nameOf = (number: number): string => `message-${number}`

const open = async (disk: FaultyDisk) => openSpool('/j', { disk })

/** Where each record of the only file starts, and where the last one ends. */
interface Written {
  readonly bytes: Buffer
  readonly starts: readonly number[]
}

/** Five messages, of which the third is of QoS 2 from a device; the second has been acknowledged. */
async function written (): Promise<Written> {
  const disk = new FaultyDisk()
  const { spool, watcher } = await open(disk)
  for (let number = 1; number <= 5; number++) {
    if (number === 3) spool.append(publishView('some/topic', nameOf(number), 2), Buffer.from('pump'), 9)
    else spool.append(publishView('some/topic', nameOf(number)), NO_CLIENT, 0)
    await watcher.untilDurable(number)
  }
  spool.acknowledge(2)
  await spool.close()
  const bytes = await disk.readWhole(FILE)
  const starts: number[] = []
  for (let at = SEGMENT_HEADER_BYTES; at < bytes.length; at += HEADER_BYTES + bytes.readUInt32LE(at + 8)) starts.push(at)
  return { bytes, starts }
}

async function diskWith (bytes: Buffer): Promise<FaultyDisk> {
  const disk = new FaultyDisk()
  await (await disk.create(FILE, true)).append(bytes)
  await disk.syncDirectory()
  return disk
}

/** What waits, by its payload; each under its own number. */
async function found (spool: Spool): Promise<string[]> {
  return (await readAll(spool)).map(({ message }) => message.payload.toString())
}

test('a file that was cut off at any byte: all records before it are there, and it goes on behind them', async t => {
  const { bytes, starts } = await written()
  t.equal(starts.length, 6)
  const ends = [...starts.slice(1), bytes.length]
  for (let length = SEGMENT_HEADER_BYTES; length <= bytes.length; length++) {
    const whole = ends.filter(end => end <= length).length
    const wanted = [1, 2, 3, 4, 5].filter(number => number <= whole && (number !== 2 || whole < 6)).map(nameOf)
    const disk = await diskWith(bytes.subarray(0, length))
    const { spool, watcher } = await open(disk)
    const atAnEnd = length === SEGMENT_HEADER_BYTES || ends.includes(length)
    const damages = spool.recovered.damages.map(({ damage }) => damage)
    if (atAnEnd ? damages.length > 0 : damages.length !== 1 || damages[0]?.torn !== true || damages[0].at !== starts[whole]) t.fail(`${length}: ${JSON.stringify(damages)}`)
    const number = spool.append(publishView('some/topic', 'one more'), NO_CLIENT, 0)
    await watcher.untilDurable(number)
    await spool.close()
    const again = await open(disk)
    const there = await found(again.spool)
    if (there.join() !== [...wanted, 'one more'].join()) t.fail(`cut at ${length}: ${there.join()}`)
    if ((whole >= 3) !== again.spool.handshakes.inherits('pump', 9)) t.fail(`cut at ${length}: the handshake`)
    await again.spool.close()
  }
})

test('any bit of any field of a record: that one is lost, its file and place are told, all others are delivered in order', async t => {
  const { bytes, starts } = await written()
  for (const [place, start] of starts.entries()) {
    const end = starts[place + 1] ?? bytes.length
    const isLast = end === bytes.length
    // the last record says that the second message has been taken: without it, it comes again
    const wanted = [1, 2, 3, 4, 5].filter(number => number !== place + 1 && (number !== 2 || isLast)).map(nameOf)
    for (let bit = start * 8; bit < end * 8; bit++) {
      const disk = await diskWith(bytes)
      disk.flip(FILE, bit >> 3, bit & 7)
      const { spool } = await open(disk)
      const there = await found(spool)
      if (there.join() !== wanted.join()) t.fail(`bit ${bit & 7} of byte ${(bit >> 3) - start} of record ${place + 1}: ${there.join()}`)
      const told = spool.recovered.damages
      if (told.length !== 1 || told[0]?.file !== FILE || told[0].damage.at !== start || told[0].damage.bytes !== end - start || told[0].damage.torn !== isLast) {
        t.fail(`bit ${bit & 7} of byte ${(bit >> 3) - start} of record ${place + 1}: ${JSON.stringify(told)}`)
      }
      await spool.close()
    }
  }
  t.equal(starts.length, 6)
})

test('a payload that looks like records is taken for none, where the record it is in is damaged', async t => {
  const planted = Buffer.alloc(HEADER_BYTES + 40, 'x')
  sealRecord(planted, 0, { kind: RecordKind.MESSAGE, flags: 1, length: 40, number: 4, salt: 0 })
  const disk = new FaultyDisk()
  const { spool, watcher } = await open(disk)
  for (const payload of [nameOf(1), Buffer.concat([planted, planted]), nameOf(3)]) {
    await watcher.untilDurable(spool.append(publishView('some/topic', payload), NO_CLIENT, 0))
  }
  await spool.close()
  const bytes = await disk.readWhole(FILE)
  const second = bytes.indexOf(planted) - 'some/topic'.length - MESSAGE_FIXED_BYTES - HEADER_BYTES
  for (let at = second; at < second + HEADER_BYTES; at++) {
    const damaged = await diskWith(bytes)
    damaged.flip(FILE, at, 0)
    const again = await open(damaged)
    t.same(await found(again.spool), [nameOf(1), nameOf(3)], `byte ${at - second}`)
    await again.spool.close()
  }
})
