/**
 * Runs inside the measured process, started by `--import`: each 5 ms it looks how late it comes, and what its thread did meanwhile: worked, or waited
 * for a core that somebody else had (Linux books both). Once a second it writes the worst of it to the file LOOP_PROBE names.
 */
import { appendFile, existsSync, openSync, readSync } from 'node:fs'
import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'
import { type Late, type ProbeLine, workOf } from './probe-line.ts'

const EVERY_MS = 5
const WRITE_MS = 1000
const NS = 1e6

interface Booked {
  readonly at: number
  readonly ranMs: number
  readonly waitedMs: number
}

const BOOKS = '/proc/self/schedstat'

const file = process.env['LOOP_PROBE']
if (file !== undefined && isMainThread && existsSync(BOOKS)) watch(file)

function watch (path: string): void {
  const booked = openBooked()
  const none = { from: 0, to: 0, ms: 0, ranMs: 0, waitedMs: 0 }
  let before = booked()
  let [latest, busiest] = [none, none]
  let pauses: PerformanceEntry[] = []
  new PerformanceObserver(list => { pauses.push(...list.getEntries()) }).observe({ entryTypes: ['gc'] })
  setInterval(() => {
    const now = booked()
    const late = { from: before.at, to: now.at, ms: Math.max(0, now.at - before.at - EVERY_MS), ranMs: now.ranMs - before.ranMs, waitedMs: now.waitedMs - before.waitedMs }
    before = now
    if (late.ms > latest.ms) latest = late
    if (workOf(late) > workOf(busiest)) busiest = late
  }, EVERY_MS).unref()
  setInterval(() => {
    const told = ({ from, to, ...late }: typeof none): Late => ({ ...late, collectedMs: collectedIn(pauses, from, to) })
    const line: ProbeLine = {
      at: Date.now(), latest: told(latest), busiest: told(busiest), collectedMs: collectedIn(pauses, 0, Infinity), longestPauseMs: Math.max(0, ...pauses.map(({ duration }) => duration))
    }
    latest = busiest = none
    pauses = []
    appendFile(path, `${JSON.stringify(line)}\n`, () => {})
  }, WRITE_MS).unref()
}

/** Time that garbage collection took between two moments. */
function collectedIn (pauses: readonly PerformanceEntry[], from: number, to: number): number {
  return pauses.reduce((sum, { startTime, duration }) => sum + Math.max(0, Math.min(startTime + duration, to) - Math.max(startTime, from)), 0)
}

/** What the kernel has booked for the main thread: time on a core, and time in the queue for one [proc(5), schedstat]. */
function openBooked (): () => Booked {
  const descriptor = openSync(BOOKS, 'r')
  const bytes = Buffer.alloc(100)
  return () => {
    const [ran = 0, waited = 0] = bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, bytes.length, 0)).split(' ').map(Number)
    return { at: performance.now(), ranMs: ran / NS, waitedMs: waited / NS }
  }
}
