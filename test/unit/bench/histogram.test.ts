import fc from 'fast-check'
import { test } from 'tap'
import { Histogram } from '../../../src/bench/wire/histogram.ts'
import { holds } from '../../support/property.ts'

test('small values are exact', async t => {
  const histogram = new Histogram()
  for (let value = 0; value < 256; value++) histogram.record(value)
  for (const share of [0.01, 0.25, 0.5, 0.99, 1]) t.equal(histogram.quantile(share), Math.ceil(share * 256) - 1)
  t.equal(histogram.max, 255)
})

test('a quantile is within 0.8 % above the true one', async t => {
  await holds(t, fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 32 - 1 }), { minLength: 1, maxLength: 200 }), fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
    const histogram = new Histogram()
    for (const value of values) histogram.record(value)
    const sorted = values.toSorted((a, b) => a - b)
    const exact = sorted[Math.max(1, Math.ceil(share * values.length)) - 1] ?? 0
    const shown = histogram.quantile(share)
    return shown >= exact && shown <= Math.max(exact * 1.008, exact)
  }))
  t.pass('held for 100 sets')
})

test('a record carries everything to another process', async t => {
  const one = new Histogram()
  const other = new Histogram()
  for (const value of [3, 3, 700, 1_000_000]) one.record(value)
  for (const value of [5, 2_000_000]) other.record(value)
  const both = Histogram.from([one.toRecord(), JSON.parse(JSON.stringify(other.toRecord())) as ReturnType<Histogram['toRecord']>])
  t.equal(both.total, 6)
  t.equal(both.max, 2_000_000)
  t.equal(both.quantile(0.5), 5)
})

test('what is out of range is counted at the end of it', async t => {
  const histogram = new Histogram()
  histogram.record(-5)
  histogram.record(2 ** 40)
  t.equal(histogram.total, 2)
  t.equal(histogram.quantile(0.5), 0)
  t.equal(histogram.quantile(1), 2 ** 32 - 1)
  histogram.clear()
  t.equal(histogram.quantile(0.5), 0, 'empty')
})
