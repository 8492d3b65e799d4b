/** Latency by turns: every message is counted once, with the time of its turn, and a backlog of many turns stays bounded. */
import { test } from 'tap'
import { LatencyHistogram, latencyBounds } from '../../../src/metrics/latency-histogram.ts'
import { AckLatency } from '../../../src/relay/ack-latency.ts'

function rig (): { readonly latency: AckLatency, readonly histogram: LatencyHistogram, readonly at: (ms: number) => AckLatency, readonly within: (seconds: number) => number } {
  let now = 0
  const histogram = new LatencyHistogram()
  const latency = new AckLatency(histogram, () => now)
  return {
    latency,
    histogram,
    at: ms => {
      now = ms
      return latency
    },
    within: seconds => histogram.counts[latencyBounds.indexOf(seconds)] ?? 0
  }
}

test('messages of one turn have its time, and count when all before them are acknowledged', async t => {
  const { at, latency, histogram, within } = rig()
  at(0).mark(3)
  at(10).mark(5)
  at(10).mark(5)
  t.equal(latency.oldestMs, 10)
  at(20).pass(2)
  t.equal(histogram.sum, 0, 'a turn counts when it is through')
  at(20).pass(4)
  t.equal(within(0.025), 3)
  at(40).pass(5)
  t.equal(within(0.05), 2)
  t.ok(Math.abs(histogram.sum - (3 * 0.02 + 2 * 0.03)) < 1e-9)
  t.equal(latency.oldestMs, 0)
})

test('what took longer than all bounds has its own bucket', async t => {
  const { at, histogram } = rig()
  at(0).mark(1)
  at(3_600_000).pass(1)
  t.equal(histogram.counts[latencyBounds.length], 1)
})

test('a backlog of more turns than are told apart loses no message', async t => {
  const { at, histogram } = rig()
  for (let turn = 1; turn <= 10_000; turn++) at(turn).mark(turn * 2)
  at(10_001).pass(20_000)
  t.equal(histogram.counts.reduce((sum, count) => sum + count, 0), 20_000)
  at(10_002).mark(20_001)
  at(10_003).pass(20_001)
  t.equal(histogram.counts[0], 1, 'and goes on exactly')
})
