/** A record that has gone bad between writing and reading back costs itself, is told, and holds up nothing. */
import { test } from 'tap'
import type { Spool } from '../../../src/spool/spool.ts'
import { FaultyDisk } from '../../support/faulty-disk.ts'
import { NO_CLIENT, openSpool, publishView, readAll, type Watcher } from '../../support/spooled.ts'

const nameOf = (number: number): string => `message-${String(number).padStart(4, '0')}`

/** Small files, so that there are many. */
const open = async (disk: FaultyDisk) => openSpool('/j', { disk, segmentBytes: 1000 })

async function append (spool: Spool, watcher: Watcher, from: number, to: number): Promise<void> {
  for (let number = from; number <= to; number++) {
    spool.append(publishView('a', nameOf(number)), NO_CLIENT, 0)
    if (number % 5 === 0) await watcher.untilDurable(number)
  }
  await watcher.untilDurable(to)
}

/** Flips a bit of the message in each file that holds it, or in the first alone; answers how many there were. */
async function damage (disk: FaultyDisk, number: number, all: boolean): Promise<number> {
  let flipped = 0
  for (const name of (await disk.list('/j')).sort()) {
    const at = (await disk.readWhole(`/j/${name}`)).indexOf(nameOf(number))
    if (at < 0 || (flipped > 0 && !all)) continue
    disk.flip(`/j/${name}`, at, 3)
    flipped++
  }
  return flipped
}

async function found (spool: Spool): Promise<number[]> {
  return (await readAll(spool)).map(({ number, message }) => {
    if (message.payload.toString() !== nameOf(number)) throw new Error(`${number} is another`)
    return number
  })
}

const allBut = (last: number, ...lost: readonly number[]): number[] => Array.from({ length: last }, (_, i) => i + 1).filter(number => !lost.includes(number))

test('in the first file, in one between, and the last message of the last file', async t => {
  const disk = new FaultyDisk()
  const { spool, watcher } = await open(disk)
  await append(spool, watcher, 1, 200)
  const lost = [1, 2, 77, 200]
  for (const number of lost) t.equal(await damage(disk, number, true), 1)
  const numbers = await found(spool)
  t.same(numbers, allBut(200, ...lost))
  t.equal(watcher.dropped_.reduce((sum, { count }) => sum + count, 0), 4)
  t.ok(watcher.dropped_.every(({ reason }) => reason === 'damaged'))
  for (const number of numbers) spool.acknowledge(number)
  t.equal(spool.waiting.count, 0)
  await spool.close()
  t.equal((await disk.list('/j')).length, 1, 'no file is kept for what is lost')
})

test('the good copy in a later file is read, which a sync that failed and a crash leave', async t => {
  for (const bothCopies of [false, true]) {
    const disk = new FaultyDisk()
    const before = await open(disk)
    await append(before.spool, before.watcher, 1, 10)
    await before.spool.close()
    const copy = await disk.create('/j/000000000099.journal', true)
    await copy.append(await disk.readWhole(`/j/${(await disk.list('/j'))[0] ?? ''}`))
    for (const number of [6, 9]) t.equal(await damage(disk, number, bothCopies), bothCopies ? 2 : 1)

    const { spool, watcher } = await open(disk)
    await append(spool, watcher, 11, 30)
    const there = bothCopies ? allBut(30, 6, 9) : allBut(30)
    t.equal(spool.waiting.count, there.length)
    t.same((await found(spool)).sort((a, b) => a - b), there)
    t.same(watcher.dropped_, [], 'what is damaged at the start was never counted as waiting')
    await spool.close()
  }
})
