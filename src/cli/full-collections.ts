/**
 * V8 looks through the whole heap when it has grown by some share since the last time, and counts the buffers of what is read from sockets in. With a heap of 20 MB
 * that share is soon reached; and each look makes what is being read old, so that only the next one gives it back. A busy bridge came into that round by chance, in
 * four starts of ten, and stayed in it: 25 looks a second, and 0.69 µs for a message in place of 0.31 (docs/design/hot-path.md). So a small heap may grow by more.
 */
import type { PerformanceObserver } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { keepFlag } from './collector-flag.ts'

/** What comes before a look, at the least: twice what is under way from sockets at full speed. */
const LEAST_GROWTH = 48 * 1024 * 1024
/** From here on V8's own share is as much. */
const LARGE = 128 * 1024 * 1024

/** Percent that a heap of `used` bytes may grow by; 0: as V8 has it. */
export function growthOf (used: number): number {
  return used >= LARGE ? 0 : Math.ceil(LEAST_GROWTH / used * 100)
}

/** From now on, until it is disconnected. */
export function spareFullCollections (): PerformanceObserver {
  let growth = 0
  return keepFlag('--heap-growing-percent', looked => {
    if (looked) growth = growthOf(getHeapStatistics().used_heap_size)
    return growth
  })
}
