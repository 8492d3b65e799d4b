/** A small file system that another program fills: what is not safe is not acknowledged, and when there is room again all goes on by itself. Needs the right to mount. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { eventually } from '../support/eventually.ts'
import { journaledRig, Publisher } from '../support/journaled-rig.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

const SIZE = 4 * 1024 * 1024
const LEFT = 128 * 1024
const MESSAGES = 400
const payload = 'x'.repeat(1000)

const place = mkdtempSync(join(tmpdir(), 'causeway-small-disk-'))
const mounted = process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', place]).status === 0
const skip = mosquittoMissing !== false ? mosquittoMissing : mounted ? false : 'a small tmpfs can not be mounted here'

process.once('exit', () => {
  if (mounted) spawnSync('umount', [place])
  rmSync(place, { recursive: true, force: true })
})

test('ENOSPC in the middle of a write', { skip }, async t => {
  const remote = await startMosquitto(t)
  await remote.observe('#', { clientId: 'observer', clean: false })
  await remote.stop()
  const filler = join(place, 'filler')
  const north = await journaledRig(t, { port: remote.port, dir: join(place, 'north') })
  const publisher = new Publisher(north, `up/${payload}`)
  await publisher.publish(0, 10)
  await eventually('these are safe', () => publisher.acknowledged.length === 10)
  const { bavail, bsize } = await statfs(place)
  await writeFile(filler, Buffer.alloc(bavail * bsize - LEFT))

  await publisher.publish(10, MESSAGES)
  await eventually('it is told', () => north.journalLog.some(({ code }) => code === 'ENOSPC'))
  t.ok(publisher.acknowledged.length < MESSAGES, `${publisher.acknowledged.length} acknowledged, the rest waits`)
  await rm(filler)
  await eventually('all is safe', () => publisher.acknowledged.length === MESSAGES)
  t.same(publisher.acknowledged, Array.from({ length: MESSAGES }, (_, n) => n), 'in their order')
  t.match(north.journalLog.at(-1), { level: 'info', message: /again/ })
  await north.bridge.stop()

  await remote.start()
  const observer = await remote.observe('#', { clientId: 'observer', clean: false })
  const next = await journaledRig(t, { port: remote.port, dir: join(place, 'north') })
  t.equal(next.journalLog.filter(({ level }) => level === 'warn').length, 0, 'the half that was written is a torn end, no damage in the middle')
  await observer.received(MESSAGES)
  t.same(observer.messages.map(each => Number(each.payload.toString())), Array.from({ length: MESSAGES }, (_, n) => n))
})
