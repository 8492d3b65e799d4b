import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import { Spool, type SpoolOptions } from '../../../src/spool/spool.ts'
import { eventually } from '../../support/eventually.ts'
import { FaultyDisk } from '../../support/faulty-disk.ts'
import { NO_CLIENT, publishView, roomy, Watcher } from '../../support/spooled.ts'

async function realDir (t: Test): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'spool-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  return join(dir, 'north')
}

async function open (dir: string, more: Partial<SpoolOptions> = {}): Promise<{ spool: Spool, watcher: Watcher }> {
  const watcher = new Watcher()
  return { spool: await Spool.open({ dir, fsync: 'always', limits: roomy, listener: watcher, ...more }), watcher }
}

test('the handshakes of QoS 2 are there after a restart', async t => {
  const dir = await realDir(t)
  const client = Buffer.from('pump-7')
  const take = (spool: Spool, id: number): number => {
    const number = spool.append(publishView('a', `${id}`, 2, id), client, id)
    spool.handshakes.opened('pump-7', id, number)
    return number
  }
  const { spool, watcher } = await open(dir)
  const first = take(spool, 17)
  const second = take(spool, 18)
  spool.handshakes.noteReleased(first)
  await watcher.untilDurable(spool.handshakes.noteCompleted('pump-7', client, 17))
  t.equal(spool.handshakes.noteCompleted('pump-7', client, 17), 0, 'a second time there is nothing to note')
  t.notOk(spool.handshakes.inherits('pump-7', 18), 'its own are not inherited')
  await spool.close()

  const again = (await open(dir)).spool
  const { handshakes } = again
  t.same([handshakes.wasReleased(first), handshakes.wasReleased(second)], [true, false])
  t.same([handshakes.inherits('pump-7', 17), handshakes.inherits('pump-7', 18), handshakes.inherits('other', 18)], [false, true, false])
  t.equal(handshakes.inheritedThrough, again.last)
  handshakes.noteSession()
  handshakes.forget('pump-7', client)
  await again.close()

  const third = (await open(dir)).spool
  t.notOk(third.handshakes.wasReleased(first), 'the remote began a session')
  t.notOk(third.handshakes.inherits('pump-7', 18), 'the device began one')
  await third.close()
})

test('open handshakes outlive the files that told of them', async t => {
  const dir = await realDir(t)
  const { spool, watcher } = await open(dir, { segmentBytes: 2000 })
  const client = Buffer.from('pump-7')
  spool.handshakes.opened('pump-7', 9, spool.append(publishView('a', 'x', 2, 9), client, 9))
  for (let i = 0; i < 200; i++) {
    const number = spool.append(publishView('a', `${i}`), NO_CLIENT, 0)
    await watcher.untilDurable(number)
    if (i === 150) for (let done = 1; done <= number; done++) spool.acknowledge(done)
  }
  await eventually('the first files are gone', () => !existsSync(join(dir, '000000000001.journal')))
  await spool.close()
  const again = await open(dir)
  t.ok(again.spool.handshakes.inherits('pump-7', 9))
  await again.spool.close()
})

test('after damage no handshake is believed', async t => {
  const disk = new FaultyDisk()
  const { spool, watcher } = await open('/', { disk, dir: '/j' })
  const number = spool.append(publishView('a', 'x', 2, 9), Buffer.from('pump-7'), 9)
  await watcher.untilDurable(spool.handshakes.noteReleased(number))
  for (let i = 0; i < 5; i++) spool.append(publishView('a', `${i}`), NO_CLIENT, 0)
  await spool.close()
  const file = '/j/000000000001.journal'
  disk.flip(file, (await disk.readWhole(file)).length - 60, 3)
  const damaged = await open('/', { disk, dir: '/j' })
  t.notOk(damaged.spool.handshakes.inherits('pump-7', 9))
  t.notOk(damaged.spool.handshakes.wasReleased(number))
  t.equal(damaged.spool.waiting.count, 5, 'one message is lost')
  await damaged.spool.close()
})
