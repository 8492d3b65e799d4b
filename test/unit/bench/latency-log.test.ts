import { test } from 'tap'
import { LatencyLog } from '../../../src/bench/wire/latency-log.ts'

const SECOND = 1_000_000

/** `count` values, spread over the second that begins at `from`. */
function second (log: LatencyLog, from: number, count: number, micros: number): void {
  for (let place = 0; place < count; place++) log.record(micros, from + place * SECOND / count)
}

test('a machine that stands still in one second makes the p99 of that second alone', async t => {
  const log = new LatencyLog()
  for (const [place, micros] of [400, 400, 90_000, 400].entries()) second(log, place * SECOND, 1000, micros)
  log.record(400, 4 * SECOND)
  t.strictSame(log.tails().map(micros => Math.round(micros / 1000)), [0, 0, 90, 0])
  t.equal(log.toRecord().counts.reduce((sum, count) => sum + count, 0), 4001, 'and all are in the whole')
  t.equal(log.toRecord().max, 90_000)
})

test('a second of a few messages has no tail, and one that is not over has none yet', async t => {
  const log = new LatencyLog()
  second(log, 0, 50, 400)
  second(log, SECOND, 1000, 400)
  t.strictSame(log.tails(), [])
  log.record(400, 2 * SECOND)
  t.equal(log.tails().length, 1)
})

test('a mark begins anew', async t => {
  const log = new LatencyLog()
  second(log, 0, 1000, 400)
  log.record(400, SECOND)
  log.clear()
  t.strictSame([log.tails(), log.toRecord().counts], [[], []])
})
