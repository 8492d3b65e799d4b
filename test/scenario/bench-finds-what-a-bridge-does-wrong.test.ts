/** Bridges that drop, repeat, reorder and delay are each found out by the report; one that does none of it is not. */
import { join } from 'node:path'
import t, { test } from 'tap'
import type { Entry } from '../../src/bench/report/report.ts'
import { freePort } from '../../src/bench/rig/ports.ts'
import { Histogram } from '../../src/bench/wire/histogram.ts'
import { type BenchRun, benchRun, scratch } from '../support/bench-run.ts'
import type { TestScope } from '../support/certificates.ts'
import { type Fault, faults, faultyBridge, reordering, stalling, throttling } from '../support/faulty-bridge.ts'

// each waits for processes and schedules most of its time
t.jobs = 3

/** One short run over a bridge with this fault. */
async function measured (t: TestScope, fault: Fault, more: readonly string[] = []): Promise<BenchRun & { entry: Entry }> {
  const dir = await scratch(t)
  const port = await freePort()
  const { address } = await faultyBridge(t, port, join(dir, 'ca.pem'), fault)
  const run = await benchRun(dir, [
    '--scenario', 'latency', '--target', 'external', '--external', address, '--receiver-port', String(port), '--certs', dir, '--pin', 'off',
    '--rounds', '1', '--warmup', '300ms', '--duration', '1s', '--settle', '1s', '--rate', '4000', '--connections', '1', ...more
  ])
  const entry = run.document?.scenarios[0]?.cases[0]?.entries[0]
  if (entry === undefined) throw new Error(run.text)
  return { ...run, entry }
}

test('nothing wrong is found where nothing is', { buffered: true }, async t => {
  const { code, entry } = await measured(t, faults.none)
  t.equal(code, 0)
  t.match(entry, { outcome: 'passed', reasons: [], accounting: { lost: 0, duplicates: 0, reordered: 0, unfinished: 0 } })
  t.ok((entry.accounting?.sent ?? 0) > 4000, 'as many were sent as the schedule says')
})

test('a bridge that drops 1 in 1,000 has failed', { buffered: true }, async t => {
  const { code, entry, text } = await measured(t, faults['drops 1 in 1,000'])
  t.equal(code, 1)
  t.equal(entry.outcome, 'failed')
  t.equal(entry.accounting?.lost, Math.floor((entry.accounting?.sent ?? 0) / 1000), 'to the message')
  t.match(text, /FAILED/)
  t.match(text, /lost \d+ of [\d,]+ acknowledged messages/)
})

test('a bridge that sends 1 in 1,000 twice is named', { buffered: true }, async t => {
  const { entry, text } = await measured(t, faults['sends 1 in 1,000 twice'])
  t.equal(entry.accounting?.duplicates, Math.floor((entry.accounting?.sent ?? 0) / 1000))
  t.match(text, /messages arrived twice/)
})

test('a bridge that reorders is named', { buffered: true }, async t => {
  const { entry, text } = await measured(t, reordering())
  t.equal(entry.accounting?.reordered, Math.floor((entry.accounting?.sent ?? 0) / 1000))
  t.equal(entry.accounting?.lost, 0)
  t.match(text, /messages arrived out of order/)
})

test('a bridge that delays 1 in 100 by 50 ms shows it in the tail', { buffered: true }, async t => {
  // a device sends every 100 ms, so that nothing overtakes what is delayed
  const { entry, document } = await measured(t, faults['delays 1 in 100 by 50 ms'], ['--connections', '100', '--rate', '1000', '--duration', '2s'])
  t.ok((entry.figures.p999?.median ?? 0) >= 49_000, 'p99.9')
  const latency = Histogram.from(document?.runs.flatMap(run => run.latency === null ? [] : [run.latency]) ?? [])
  t.ok(latency.quantile(0.985) < latency.quantile(0.9999), 'not everything is late')
  t.ok(latency.quantile(0.992) >= 49_000, 'one in a hundred is')
})

test('a bridge that stands still at the end of the window shows it, though nothing arrives before the window is over', { buffered: true }, async t => {
  const { entry } = await measured(t, stalling(4000, 800))
  t.match(entry, { outcome: 'passed', accounting: { lost: 0 } })
  t.ok((entry.figures.p90?.median ?? 0) > 200_000, `p90 ${entry.figures.p90?.median ?? 0} µs`)
})

test('a bridge that is too slow to finish has failed, and the partial result is there', { buffered: true }, async t => {
  const { code, entry } = await measured(t, throttling(20), ['--drain', '500ms'])
  t.equal(code, 1)
  t.equal(entry.outcome, 'failed')
  t.match(entry.reasons, [/too slow to finish: [\d,]+ messages were on the way after 0\.5 s/])
  t.ok((entry.accounting?.received ?? 0) > 0)
})
