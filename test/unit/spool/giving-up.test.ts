/** What limits of age and room give up: by a clock that never steps, and for good. */
import { test } from 'tap'
import { eventually } from '../../support/eventually.ts'
import { FaultyDisk } from '../../support/faulty-disk.ts'
import { NO_CLIENT, openSpool, publishView, readAll, roomy } from '../../support/spooled.ts'

test('old messages are given up by age, but not because the clock was set', async t => {
  const disk = new FaultyDisk()
  let now = Date.UTC(1970, 0, 1, 0, 1)
  const clock = (): number => now
  const limits = { ...roomy, maxAgeMs: 3_600_000 }
  const { spool, watcher } = await openSpool('/', { disk, dir: '/j', clock, limits })
  spool.append(publishView('a', 'made in 1970'), NO_CLIENT, 0)
  await watcher.untilDurable(1)
  spool.sweep()
  now = Date.UTC(2026, 10, 24)
  spool.sweep()
  spool.sweep()
  t.equal(spool.waiting.count, 1, 'a step of 56 years ages nothing')
  await spool.close()

  const again = await openSpool('/', { disk, dir: '/j', clock, limits })
  t.equal(again.spool.waiting.count, 1)
  again.spool.sweep()
  t.equal(again.spool.waiting.count, 1, 'a time of 1970 is not believed')
  await again.spool.close()

  // a message that really waited: the process was away for two hours
  now += 7_200_000
  const third = await openSpool('/', { disk, dir: '/j', clock, limits })
  third.spool.append(publishView('a', 'new'), NO_CLIENT, 0)
  third.spool.sweep()
  t.equal(third.spool.waiting.count, 2, 'the one of 1970 counts from this start')
  await third.spool.close()
})

test('a message of now is not old, though the clock is set back by more than messages may wait', async t => {
  let now = Date.UTC(2026, 10, 24)
  const { spool, watcher } = await openSpool('/j', { disk: new FaultyDisk(), clock: () => now, limits: { ...roomy, maxAgeMs: 3_600_000 } })
  spool.sweep()
  now -= 7_200_000
  spool.append(publishView('a', 'new'), NO_CLIENT, 0)
  await watcher.untilDurable(1)
  spool.sweep()
  spool.sweep()
  t.equal(spool.waiting.count, 1)
  t.ok(spool.oldestAgeMs < 5000)
  await spool.close()
})

test('what has waited too long is given up, and is not there again after a restart', async t => {
  const disk = new FaultyDisk()
  const { spool, watcher } = await openSpool('/j', { disk, limits: { ...roomy, maxAgeMs: 1 } })
  spool.append(publishView('a', 'old'), NO_CLIENT, 0)
  await watcher.untilDurable(1)
  await eventually('it is given up', () => {
    spool.sweep()
    return watcher.dropped_.length === 1
  })
  t.same(watcher.dropped_, [{ count: 1, reason: 'age' }])
  await spool.close()
  const again = await openSpool('/j', { disk })
  t.equal(again.spool.waiting.count, 0)
  await again.spool.close()
})

test('what was given up for room is not there again after a restart, but for what was under way', async t => {
  const disk = new FaultyDisk()
  const { spool, watcher } = await openSpool('/j', { disk, limits: { ...roomy, maxMessages: 128 } })
  for (let i = 1; i <= 128; i++) spool.append(publishView('a', `${i}`), NO_CLIENT, 0)
  await watcher.untilDurable(128)
  t.equal(spool.dropOldest(1), 2, 'one of them is in the hands of the owner')
  await spool.close()
  const again = await openSpool('/j', { disk })
  t.same((await readAll(again.spool)).slice(0, 2).map(({ message }) => message.payload.toString()), ['1', '3'])
  again.spool.acknowledge(1)
  await again.spool.close()
  const third = await openSpool('/j', { disk })
  t.equal(third.spool.waiting.count, 126)
  await third.spool.close()
})
