import { mkdir, mkdtemp, readdir, readFile, rm, stat, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { RotatingFile } from '../../../../src/cli/log/rotating-file.ts'
import type { TestScope } from '../../../support/certificates.ts'

async function place (t: TestScope): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-log-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  return dir
}

const line = (i: number): string => `${String(i).padStart(9, '0')}\n`

test('files are renamed when full, the last ones are kept, and no line is torn or twice', async t => {
  const dir = await place(t)
  const complaints: string[] = []
  const file = new RotatingFile({ path: join(dir, 'x.log'), maxBytes: 1000, count: 3, complain: words => complaints.push(words) })
  for (let i = 0; i < 1234; i++) {
    file.write(line(i))
    if (i % 50 === 0) await new Promise(resolve => setImmediate(resolve))
  }
  await file.close()
  t.same((await readdir(dir)).sort(), ['x.log', 'x.log.1', 'x.log.2', 'x.log.3'])
  const contents = await Promise.all(['x.log.3', 'x.log.2', 'x.log.1', 'x.log'].map(async name => readFile(join(dir, name), 'utf8')))
  t.same(contents.map(each => each.length), [1000, 1000, 1000, 340])
  t.equal(contents.join(''), Array.from({ length: 334 }, (_, i) => line(900 + i)).join(''))
  t.equal((await stat(join(dir, 'x.log'))).mode & 0o777, 0o640)
  t.same(complaints, [])
})

test('a file that is there is gone on with; one that somebody truncates too', async t => {
  const dir = await place(t)
  const options = { path: join(dir, 'x.log'), maxBytes: 100, count: 1, complain: () => {} }
  const first = new RotatingFile(options)
  for (let i = 0; i < 9; i++) first.write(line(i))
  await first.close()
  const second = new RotatingFile(options)
  second.write(line(9))
  await second.close()
  t.equal((await stat(options.path)).size, 100, 'exactly full is not too full')
  const third = new RotatingFile(options)
  await truncate(options.path)
  third.write(line(10))
  await third.close()
  t.same(await readdir(dir), ['x.log'])
  t.equal(await readFile(options.path, 'utf8'), line(10))
})

test('where a file can not be renamed it goes on growing, and that is said once', async t => {
  const dir = await place(t)
  const complaints: string[] = []
  await mkdir(join(dir, 'x.log.1', 'in the way'), { recursive: true })
  const file = new RotatingFile({ path: join(dir, 'x.log'), maxBytes: 20, count: 1, complain: words => complaints.push(words) })
  for (let i = 0; i < 10; i++) file.write(line(i))
  await file.close()
  t.equal(await readFile(join(dir, 'x.log'), 'utf8'), Array.from({ length: 10 }, (_, i) => line(i)).join(''))
  t.match(complaints[0], /x\.log can not be written: /)
})

test('a disk that does not keep up costs lines, counted, and no memory without end', async t => {
  const dir = await place(t)
  const file = new RotatingFile({ path: join(dir, 'x.log'), maxBytes: 1024 ** 3, count: 1, complain: () => {} })
  const long = `${'x'.repeat(1023)}\n`
  for (let i = 0; i < 10_000; i++) file.write(long) // in one turn, so that nothing is written meanwhile
  t.ok(file.lost > 5000 && file.lost < 7000, `${file.lost} lost`)
  await file.close()
  t.equal((await stat(join(dir, 'x.log'))).size, (10_000 - file.lost) * 1024)
  t.throws(() => new RotatingFile({ path: join(dir, 'nowhere', 'x.log'), maxBytes: 1, count: 1, complain: () => {} }), { code: 'CW_LOG_FILE' })
})
