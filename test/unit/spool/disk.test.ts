import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { constants } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { realDisk } from '../../../src/spool/disk.ts'

/** The flags a file of this process was opened with, as the kernel has them; Linux only. */
async function flagsOf (file: string): Promise<number> {
  for (const name of await readdir('/proc/self/fd')) {
    if (await readlink(`/proc/self/fd/${name}`).catch(() => '') !== file) continue
    return parseInt(/flags:\s*(\d+)/.exec(await readFile(`/proc/self/fdinfo/${name}`, 'utf8'))?.[1] ?? '0', 8)
  }
  throw new Error(`${file} is not open`)
}

test('a file whose appends are to be synced is opened so, and says whether it is', async t => {
  const dir = await mkdtemp(join(tmpdir(), 'spool-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  const synced = await realDisk.create(join(dir, 'synced'), true)
  const plain = await realDisk.create(join(dir, 'plain'), false)
  t.notOk(plain.syncsItself)
  t.equal(synced.syncsItself, process.platform === 'linux', 'elsewhere it is synced by a call of its own')
  if (process.platform === 'linux') {
    t.equal(await flagsOf(join(dir, 'synced')) & constants.O_DSYNC, constants.O_DSYNC)
    t.equal(await flagsOf(join(dir, 'plain')) & constants.O_DSYNC, 0)
  }
  await synced.append(Buffer.from('one'))
  await synced.append(Buffer.from('two'))
  t.equal(await readFile(join(dir, 'synced'), 'utf8'), 'onetwo')
  await Promise.all([synced.close(), plain.close()])
})
