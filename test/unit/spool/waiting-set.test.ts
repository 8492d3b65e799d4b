import { test } from 'tap'
import { WaitingSet } from '../../../src/spool/waiting-set.ts'

test('numbers are added in rising order and removed in any; the lowest is known', async t => {
  const set = new WaitingSet()
  t.equal(set.lowest(), Infinity)
  for (let number = 1; number <= 100_000; number++) set.add(number)
  t.notOk(set.add(100_000), 'one that is there')
  t.equal(set.count, 100_000)
  t.ok(set.remove(50_000))
  t.notOk(set.remove(50_000))
  t.notOk(set.has(50_000))
  t.equal(set.lowest(), 1)
  t.equal(set.removeThrough(60_000), 59_999)
  t.equal(set.lowest(), 60_001)
  t.equal(set.count, 40_000)
})

test('a journal that has counted to more than 2^31 goes on', async t => {
  const set = new WaitingSet()
  const far = 2 ** 31 + 5
  set.add(far)
  set.add(far + 100_000)
  t.equal(set.lowest(), far)
  set.remove(far)
  t.equal(set.lowest(), far + 100_000)
  t.equal(set.removeThrough(far + 100_000), 1)
  t.equal(set.lowest(), Infinity)
})
