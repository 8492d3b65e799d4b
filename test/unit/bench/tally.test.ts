import fc from 'fast-check'
import { test } from 'tap'
import { STAMP_BYTES, writeIntended, writeOrigin, writeSequence } from '../../../src/bench/wire/message-stamp.ts'
import { Tally } from '../../../src/bench/wire/tally.ts'
import { urgent } from '../../../src/bench/wire/workload.ts'
import { holds } from '../../support/property.ts'

const RUN = 7

function stamped (publisher: number, sequence: number, intended = 0): Buffer {
  const bytes = Buffer.alloc(STAMP_BYTES)
  writeOrigin(bytes, 0, RUN, publisher)
  writeSequence(bytes, 0, sequence)
  writeIntended(bytes, 0, intended)
  return bytes
}

function takenBy (tally: Tally, bytes: Buffer, now = 0): void {
  tally.take(bytes, 0, bytes.length, now)
}

test('duplicates and reordering are counted as a plain model counts them', async t => {
  await holds(t, fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 40_000 })), { maxLength: 300 }), arrivals => {
    const tally = new Tally(RUN)
    const seen = new Set<string>()
    const highest = new Map<number, number>()
    let duplicates = 0
    let reordered = 0
    for (const [publisher, sequence] of arrivals) {
      takenBy(tally, stamped(publisher, sequence))
      if (seen.has(`${publisher} ${sequence}`)) duplicates++
      else if (sequence < (highest.get(publisher) ?? -1)) reordered++
      seen.add(`${publisher} ${sequence}`)
      highest.set(publisher, Math.max(sequence, highest.get(publisher) ?? -1))
    }
    return tally.received === arrivals.length && tally.duplicates === duplicates && tally.reordered === reordered
  }))
  t.pass('held for 100 orders of arrival')
})

test('latency is from the intended time, which crosses 32 bits of microseconds', async t => {
  const tally = new Tally(RUN)
  const intended = 2 ** 33 + 12_345
  takenBy(tally, stamped(0, 0, intended), intended + 250)
  t.equal(tally.latency.toRecord().max, 250)
})

test('what is urgent has a latency of its own, and neither makes nor ends a pause', async t => {
  const tally = new Tally(RUN)
  takenBy(tally, stamped(0, 0, 0), 9000)
  takenBy(tally, stamped(urgent.place, 0, 9000), 9400)
  takenBy(tally, stamped(0, 1, 0), 10_000)
  t.match(tally, { received: 3, longestPause: 1000, lastArrival: 10_000 })
  t.match(tally.urgent, { total: 1, max: 400 })
  t.equal(tally.latency.toRecord().max, 10_000)
})

test('what is not of this run is foreign', async t => {
  const tally = new Tally(RUN)
  takenBy(tally, Buffer.alloc(STAMP_BYTES))
  takenBy(tally, stamped(0, 0).subarray(0, 15))
  const older = stamped(0, 0)
  writeOrigin(older, 0, RUN + 1, 0)
  takenBy(tally, older)
  takenBy(tally, stamped(0, 2 ** 31))
  takenBy(tally, stamped(0, 2 ** 29))
  t.equal(tally.foreign, 5)
  t.equal(tally.received, 0)
})

test('a mark begins the window anew and keeps the counts', async t => {
  const tally = new Tally(RUN)
  takenBy(tally, stamped(0, 0), 1000)
  takenBy(tally, stamped(0, 1), 9000)
  t.equal(tally.longestPause, 8000)
  tally.mark(10_000)
  t.match(tally, { received: 2, longestPause: 0, firstArrival: 0 })
  takenBy(tally, stamped(0, 2), 10_500)
  t.match(tally, { received: 3, longestPause: 500, firstArrival: 10_500, lastArrival: 10_500 })
})
