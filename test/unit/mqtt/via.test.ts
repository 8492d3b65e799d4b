import { test } from 'tap'
import { hasVia, viaCount, viaMark } from '../../../src/mqtt/v5/via.ts'

const expiry = Buffer.from([2, 0, 0, 0, 9])
const other = Buffer.from([0x26, 0, 1, 0x61, 0, 1, 0x62])

test('marks are counted and found among other properties', async t => {
  const [a, b] = [viaMark('a'), viaMark('b')]
  const block = Buffer.concat([b, expiry, other, a])
  t.equal(viaCount(block, 0, block.length), 2)
  t.equal(hasVia(a, block, 0, block.length), true)
  t.equal(hasVia(viaMark('c'), block, 0, block.length), false)
  t.equal(viaCount(block, 0, 0), 0)
})

test('what only looks like a mark inside of another value is none, and a block is never read past its end', async t => {
  const mark = viaMark('a')
  const inside = Buffer.concat([Buffer.from([3, 0, mark.length]), mark])
  t.equal(viaCount(inside, 0, inside.length), 0)
  t.equal(hasVia(mark, inside, 0, inside.length), false)
  for (let end = 0; end < mark.length; end++) t.equal(hasVia(mark, mark, 0, end), false)
})
