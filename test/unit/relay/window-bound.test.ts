import { test } from 'tap'
import { WindowBound } from '../../../src/relay/window-bound.ts'

/** Fills the window, has all of it answered. */
function round (bound: WindowBound): void {
  const { size } = bound
  bound.admits(size)
  for (let n = 0; n < size; n++) bound.answered()
}

test('it doubles with each whole window that is answered, up to the most', async t => {
  const bound = new WindowBound(1000, 5000)
  const sizes = [bound.size]
  for (let n = 0; n < 4; n++) {
    round(bound)
    sizes.push(bound.size)
  }
  t.same(sizes, [1000, 2000, 4000, 5000, 5000])
})

test('it does not grow while nothing has to wait for it', async t => {
  const bound = new WindowBound(10, 1000)
  for (let n = 0; n < 1000; n++) {
    t.ok(bound.admits(n % 10))
    bound.answered()
  }
  t.equal(bound.size, 10)
})

test('a part of a window that is answered changes nothing', async t => {
  const bound = new WindowBound(10, 1000)
  bound.admits(10)
  for (let n = 0; n < 9; n++) bound.answered()
  t.equal(bound.size, 10)
  bound.answered()
  t.equal(bound.size, 20)
})

test('it is halved down to one, and comes back while the remote answers', async t => {
  const bound = new WindowBound(1000, 1000)
  const sizes: number[] = []
  for (let n = 0; n < 11; n++) {
    bound.halve()
    sizes.push(bound.size)
  }
  t.same(sizes, [500, 250, 125, 62, 31, 15, 7, 3, 1, 1, 1])
  t.ok(bound.admits(0), 'one message always may go')
  round(bound)
  t.equal(bound.size, 2)
  for (let n = 0; n < 60; n++) round(bound)
  t.equal(bound.size, 1000)
})

test('never more at first than at most', async t => {
  t.equal(new WindowBound(1000, 50).size, 50)
})
