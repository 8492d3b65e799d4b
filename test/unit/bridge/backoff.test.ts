import { test } from 'tap'
import { Backoff } from '../../../src/bridge/backoff.ts'

test('waits grow up to the longest, spread at random, and start anew after a connection that lasted', async t => {
  const highest = new Backoff(10_000, () => 0.999999)
  t.same([1, 2, 3, 4, 5].map(() => highest.next()), [1500, 4500, 10_000, 10_000, 10_000])
  highest.reset()
  t.equal(highest.next(), 1500)
  const lowest = new Backoff(10_000, () => 0)
  t.same([1, 2, 3].map(() => lowest.next()), [500, 500, 500])
  const any = new Backoff(5000, Math.random)
  for (let i = 0; i < 1000; i++) {
    const wait = any.next()
    if (wait < 500 || wait > 5000) t.fail(`${wait} ms`)
  }
})

test('backoff_max below the shortest wait is kept to', async t => {
  t.equal(new Backoff(50, Math.random).next(), 50)
})
