import { test } from 'tap'
import { Arrival, SeenSequences } from '../../../src/bench/wire/seen-sequences.ts'

const { FIRST, LATE, AGAIN, FOREIGN } = Arrival
const BILLION = 2 ** 30

/** One that is as far as a publisher of days, in a few steps: each gives up what is half a window behind. */
function seenUpTo (last: number): SeenSequences {
  const seen = new SeenSequences()
  for (let at = 0; at < last; at += 2 ** 27) seen.note(at >>> 0)
  seen.note(last >>> 0)
  return seen
}

test('ten million messages in order leave as little behind as ten', async t => {
  const seen = new SeenSequences()
  let odd = 0
  for (let at = 0; at < 1e7; at++) if (seen.note(at) !== FIRST) odd++
  t.equal(odd, 0)
  t.equal(seen.bytes, 1024)
  t.strictSame([seen.note(0), seen.note(9_999_999), seen.note(1e7)], [AGAIN, AGAIN, FIRST])
})

test('a message that is missing is waited for while others come; when it comes it is late, and then again', async t => {
  const seen = new SeenSequences()
  for (let at = 0; at < 200_000; at++) if (at !== 77) seen.note(at)
  t.ok(seen.bytes >= 25_000 && seen.bytes <= 65_536, `${seen.bytes} bytes for what is behind it`)
  t.strictSame([seen.note(77), seen.note(77)], [LATE, AGAIN])
  for (let at = 200_000; at < 600_000; at++) seen.note(at)
  t.ok(seen.bytes <= 65_536, 'it does not grow any more')
})

test('numbers go on past what 32 bits hold', async t => {
  const seen = seenUpTo(4 * BILLION - 3)
  t.strictSame([4 * BILLION - 2, 4 * BILLION - 1, 0, 2, 1, 4 * BILLION - 1].map(low => seen.note(low)), [FIRST, FIRST, FIRST, FIRST, LATE, AGAIN])
})

test('a number too far ahead is none of this publisher, and takes no memory', async t => {
  const seen = new SeenSequences()
  seen.note(0)
  t.strictSame([2 ** 29, 2 ** 31, 2 ** 32 - 1].map(low => seen.note(low)), [FOREIGN, FOREIGN, FOREIGN])
  t.equal(seen.bytes, 1024)
})

test('what is missing for longer than a window is given up: its successors count on', async t => {
  const seen = new SeenSequences()
  t.strictSame([1, 2 ** 28, 2 ** 28 + 2 ** 27].map(low => seen.note(low)), [FIRST, FIRST, FIRST])
  t.strictSame([0, 2 ** 28 - 1, 2 ** 28, 2 ** 28 + 1].map(low => seen.note(low)), [AGAIN, AGAIN, AGAIN, LATE])
  t.equal(seen.bytes, 2 ** 25)
})
