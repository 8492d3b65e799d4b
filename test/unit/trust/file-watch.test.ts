import { mkdir, mkdtemp, open, rename, rm, symlink, unlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { FileWatch } from '../../../src/trust/file-watch.ts'
import type { FileWatchOptions } from '../../../src/trust/file-watch.ts'
import { watchedDirectories } from '../../../src/trust/watched-directories.ts'
import { eventually } from '../../support/eventually.ts'
import type { TestScope } from '../../support/certificates.ts'

const debounceMs = 20

async function place (t: TestScope): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-watch-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  return dir
}

interface Watched {
  readonly watch: FileWatch
  /** Waits for the change of number `count`, and long enough after it that a second one would have come. */
  change (count: number): Promise<void>
  seen: number
}

/** Polling is put off for longer than any test lasts, so that only events can tell. */
async function watched (t: TestScope, files: readonly string[], more: Partial<FileWatchOptions> = {}): Promise<Watched> {
  const made: Watched = {
    seen: 0,
    watch: new FileWatch({ files, changed: () => { made.seen++ }, debounceMs, pollMs: 600_000, ...more }),
    async change (count) {
      await eventually(`change ${count}`, () => made.seen >= count)
      await new Promise(resolve => setTimeout(resolve, 3 * debounceMs))
    }
  }
  t.teardown(() => made.watch.close())
  await made.watch.start()
  return made
}

test('renamed over, twice', async t => {
  const dir = await place(t)
  const file = join(dir, 'ca.pem')
  await writeFile(file, '0')
  const w = await watched(t, [file])
  for (const round of [1, 2, 3]) {
    await writeFile(join(dir, 'new'), `${round}`)
    await rename(join(dir, 'new'), file)
    await w.change(round)
    t.equal(w.seen, round)
  }
})

test('written in place, twice', async t => {
  const file = join(await place(t), 'ca.pem')
  await writeFile(file, '0')
  const w = await watched(t, [file])
  for (const round of [1, 2]) {
    await writeFile(file, `${round}`)
    await w.change(round)
    t.equal(w.seen, round)
  }
})

test('truncated and written in pieces: one change, of the whole', async t => {
  const file = join(await place(t), 'ca.pem')
  await writeFile(file, 'before')
  const w = await watched(t, [file], { debounceMs: 100 })
  const handle = await open(file, 'w')
  for (let i = 0; i < 10; i++) {
    await handle.write(`piece ${i}\n`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
  await handle.close()
  await w.change(1)
  await new Promise(resolve => setTimeout(resolve, 150))
  t.equal(w.seen, 1)
})

test('pieces with long pauses between: the last one is a change too', async t => {
  const file = join(await place(t), 'ca.pem')
  await writeFile(file, 'before')
  const w = await watched(t, [file])
  const handle = await open(file, 'w')
  await handle.write('first half')
  await w.change(1)
  await handle.write('second half')
  await handle.close()
  await w.change(2)
  t.equal(w.seen, 2)
})

test('a Kubernetes volume swaps ..data, twice; its file is never named by an event', async t => {
  const dir = await place(t)
  await mkdir(join(dir, '..0'))
  await writeFile(join(dir, '..0', 'ca.pem'), '0')
  await symlink('..0', join(dir, '..data'))
  await symlink('..data/ca.pem', join(dir, 'ca.pem'))
  const w = await watched(t, [join(dir, 'ca.pem')])
  for (const round of [1, 2]) {
    await mkdir(join(dir, `..${round}`))
    await writeFile(join(dir, `..${round}`, 'ca.pem'), `${round}`)
    await symlink(`..${round}`, join(dir, '..data_tmp'))
    await rename(join(dir, '..data_tmp'), join(dir, '..data'))
    await rm(join(dir, `..${round - 1}`), { recursive: true })
    await w.change(round)
    t.equal(w.seen, round)
  }
})

test('ln -sfn, and then a write to the new target in another directory', async t => {
  const dir = await place(t)
  const elsewhere = await place(t)
  const far = await place(t)
  await writeFile(join(elsewhere, 'a.pem'), 'a')
  await writeFile(join(far, 'b.pem'), 'b')
  const link = join(dir, 'ca.pem')
  await symlink(join(elsewhere, 'a.pem'), link)
  const w = await watched(t, [link])
  await unlink(link)
  await symlink(join(far, 'b.pem'), link)
  await w.change(1)
  t.equal(w.seen, 1)
  await writeFile(join(far, 'b.pem'), 'c')
  await w.change(2)
  t.equal(w.seen, 2)
  await writeFile(join(elsewhere, 'a.pem'), 'not meant any more')
  await new Promise(resolve => setTimeout(resolve, 4 * debounceMs))
  t.equal(w.seen, 2)
})

test('a chain of links: the middle one is turned', async t => {
  const dir = await place(t)
  const middle = await place(t)
  const end = await place(t)
  await writeFile(join(end, '1'), 'one')
  await writeFile(join(end, '2'), 'two')
  await symlink(join(end, '1'), join(middle, 'link'))
  await symlink(join(middle, 'link'), join(dir, 'ca.pem'))
  t.same([...await watchedDirectories(join(dir, 'ca.pem'))], [dir, middle, end])
  const w = await watched(t, [join(dir, 'ca.pem')])
  await symlink(join(end, '2'), join(middle, 'new'))
  await rename(join(middle, 'new'), join(middle, 'link'))
  await w.change(1)
  t.equal(w.seen, 1)
})

test('deleted, made again, and its directory too', async t => {
  const dir = join(await place(t), 'tls')
  const file = join(dir, 'ca.pem')
  await mkdir(dir)
  await writeFile(file, '0')
  const w = await watched(t, [file])
  await unlink(file)
  await w.change(1)
  await writeFile(file, '1')
  await w.change(2)
  t.equal(w.seen, 2)
  await rm(dir, { recursive: true })
  await w.change(3)
  await mkdir(dir)
  await writeFile(file, '2')
  await w.change(4)
  t.equal(w.seen, 4)
  await writeFile(file, '3')
  await w.change(5)
  t.equal(w.seen, 5)
})

test('a directory that does not exist yet, nor the one above', async t => {
  const dir = await place(t)
  const file = join(dir, 'a', 'b', 'ca.pem')
  const w = await watched(t, [file])
  await mkdir(join(dir, 'a'))
  await new Promise(resolve => setTimeout(resolve, 3 * debounceMs))
  t.equal(w.seen, 0, 'the file is no more there than before')
  await mkdir(join(dir, 'a', 'b'))
  await new Promise(resolve => setTimeout(resolve, 3 * debounceMs))
  await writeFile(file, '1')
  await w.change(1)
  t.equal(w.seen, 1)
})

test('polling alone finds it as well', async t => {
  const file = join(await place(t), 'ca.pem')
  await writeFile(file, '0')
  const w = await watched(t, [file], { events: false, pollMs: 20 })
  await writeFile(file, '1')
  await w.change(1)
  t.equal(w.seen, 1)
})

test('what changes no content is no change: touch, the same again, a neighbour', async t => {
  const dir = await place(t)
  const file = join(dir, 'ca.pem')
  await writeFile(file, '0')
  const w = await watched(t, [file])
  await utimes(file, new Date(), new Date())
  await writeFile(join(dir, 'same'), '0')
  await rename(join(dir, 'same'), file)
  await writeFile(join(dir, 'neighbour'), 'x')
  await new Promise(resolve => setTimeout(resolve, 5 * debounceMs))
  t.equal(w.seen, 0)
  t.equal(await w.watch.check(), false)
})

test('a neighbour that is written all the time does not put the look off for ever', async t => {
  const dir = await place(t)
  const file = join(dir, 'ca.pem')
  await writeFile(file, '0')
  const w = await watched(t, [file])
  let n = 0
  const noise = setInterval(() => { void writeFile(join(dir, 'log'), `${n++}`) }, 5)
  t.teardown(() => clearInterval(noise))
  await writeFile(file, '1')
  await w.change(1)
  clearInterval(noise)
  t.equal(w.seen, 1)
})

test('two files that change together are one change; a call to look is answered', async t => {
  const dir = await place(t)
  const files = [join(dir, 'a'), join(dir, 'b')]
  for (const file of files) await writeFile(file, '0')
  const w = await watched(t, files)
  for (const file of files) await writeFile(file, '1')
  t.equal(await w.watch.check(), true)
  await w.change(1)
  t.equal(w.seen, 1)
  w.watch.close()
  for (const file of files) await writeFile(file, '2')
  t.equal(await w.watch.check(), false, 'closed')
  t.equal(w.seen, 1)
})

test('links in a circle end', async t => {
  const dir = await place(t)
  await symlink('b', join(dir, 'a'))
  await symlink('../' + (dir.split('/').pop() ?? '') + '/a', join(dir, 'b'))
  t.same([...await watchedDirectories(join(dir, 'a'))], [dir])
})
