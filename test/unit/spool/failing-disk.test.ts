/** What a disk that fails leaves behind: no files, no lock, nothing that is read back twice or not at all. */
import { test } from 'tap'
import { type Disk, realDisk, type SpoolFile } from '../../../src/spool/disk.ts'
import { writeSegmentHeader } from '../../../src/spool/segment.ts'
import { Spool, type SpoolOptions } from '../../../src/spool/spool.ts'
import { FaultyDisk } from '../../support/faulty-disk.ts'
import { NO_CLIENT, publishView, roomy, spoolDir, Watcher } from '../../support/spooled.ts'

async function open (disk: Disk, more: Partial<SpoolOptions> = {}): Promise<{ spool: Spool, watcher: Watcher }> {
  const watcher = new Watcher()
  return { spool: await Spool.open({ dir: '/j', disk, fsync: 'always', limits: roomy, listener: watcher, ...more }), watcher }
}

/** The real disk, with a sync of its own that says no while `failing` does. */
function withSync (failing: () => boolean): Disk {
  const create = async (path: string, synced: boolean): Promise<SpoolFile> => {
    const file = await realDisk.create(path, synced)
    return {
      syncsItself: false,
      append: async bytes => file.append(bytes),
      read: async (bytes, position) => file.read(bytes, position),
      size: async () => file.size(),
      close: async () => file.close(),
      sync: async () => {
        if (failing()) throw Object.assign(new Error('EIO: injected'), { code: 'EIO' })
        await file.sync()
      }
    }
  }
  return { ...realDisk, create }
}

test('attempts on a full disk leave no files', async t => {
  for (const fault of ['failAppend', 'failSync'] as const) {
    const disk = new FaultyDisk()
    const { spool, watcher } = await open(disk)
    disk[fault] = 'ENOSPC'
    spool.append(publishView('a', 'one'), NO_CLIENT, 0)
    for (let attempt = 0; attempt < 3; attempt++) await watcher.untilFailure()
    t.same(await disk.list('/j'), [], fault)
    disk[fault] = null
    await watcher.untilDurable(1)
    t.equal((await disk.list('/j')).length, 1)
    await spool.close()
  }
})

test('what was written again after a sync that failed is read back from there', { timeout: 5000 }, async t => {
  const disk = new FaultyDisk(false)
  const { spool, watcher } = await open(disk)
  for (let i = 1; i <= 10; i++) spool.append(publishView('a', `${i}`), NO_CLIENT, 0)
  await watcher.untilDurable(10)
  disk.failSync = 'EIO'
  const failure = watcher.untilFailure()
  for (let i = 11; i <= 20; i++) spool.append(publishView('a', `${i}`), NO_CLIENT, 0)
  await failure
  disk.failSync = null
  await watcher.untilDurable(20)
  const reader = spool.reader(0)
  const found: string[] = []
  for (let block = await reader.next(); block.length > 0; block = await reader.next()) found.push(...block.map(({ message }) => message.payload.toString()))
  t.same(found, Array.from({ length: 20 }, (_, i) => `${i + 1}`))
  await reader.close()
  await spool.close()
})

test('a note that stands twice does not end the handshake that came after it', async t => {
  const disk = new FaultyDisk()
  const { spool, watcher } = await open(disk)
  const client = Buffer.from('pump-7')
  const take = (): void => {
    spool.handshakes.opened('pump-7', 5, spool.append(publishView('a', 'x', 2, 5), client, 5))
  }
  take()
  spool.handshakes.noteCompleted('pump-7', client, 5)
  take()
  await watcher.untilDurable(3)
  await spool.close()
  // as after a crash between a sync that failed and the removal of its file
  const copy = await disk.create('/j/000000000099.journal', true)
  await copy.append(await disk.readWhole(`/j/${(await disk.list('/j'))[0] ?? ''}`))

  const again = await open(disk)
  t.ok(again.spool.handshakes.inherits('pump-7', 5))
  await again.spool.close()
})

test('a directory is given back though the disk fails in the end', async t => {
  const dir = await spoolDir(t)
  let failing = false
  const { spool, watcher } = await open(withSync(() => failing), { dir, fsync: 'interval' })
  spool.append(publishView('a', 'one'), NO_CLIENT, 0)
  await watcher.untilDurable(1)
  failing = true
  await t.rejects(spool.close(), { code: 'EIO' })
  const again = await open(realDisk, { dir })
  t.equal(again.spool.waiting.count, 1)
  await again.spool.close()
})

test('a file is gone for good before the next one goes', async t => {
  const disk = new FaultyDisk()
  const removedAtSync: number[] = []
  const { spool, watcher } = await open(Object.assign(disk, {
    syncDirectory: async () => { removedAtSync.push(disk.removed.length) }
  }), { segmentBytes: 200 })
  for (let number = 1; number <= 6; number++) {
    spool.append(publishView('a', 'x'.repeat(200)), NO_CLIENT, 0)
    await watcher.untilDurable(number)
  }
  for (let number = 1; number <= 6; number++) spool.acknowledge(number)
  await spool.close()
  t.ok(disk.removed.length >= 5)
  t.same([...new Set(removedAtSync.filter(count => count > 0))], disk.removed.map((_, i) => i + 1))
})

test('numbers go on where the files before are gone', async t => {
  const disk = new FaultyDisk()
  const file = await disk.create('/j/000000000007.journal', true)
  await file.append(writeSegmentHeader({ salt: 1, firstNumber: 5000, created: 0 }))
  const { spool } = await open(disk)
  t.equal(spool.append(publishView('a', 'one'), NO_CLIENT, 0), 5000)
  await spool.close()
})
