/**
 * What has outlived two looks through the young generation stays until V8 looks through the whole heap, which it does when that has grown by its share. A
 * bridge at full speed leaves 0.1 MB a second there that nobody needs, and grew by 10 to 20 MB before V8 looked, minutes later (docs/design/hot-path.md). So it
 * is made to look when a few MB have come, at most twice a minute: each look costs some 20 ms of CPU, most of it beside the thread that does the work.
 */
import type { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'
import { keepFlag } from './collector-flag.ts'

/** Growth since the last look that is worth one. */
const GROWN_BYTES = 4 * 1024 * 1024
const LEAST_MS = 30_000

/** From now on, until it is disconnected. V8 begins a look when more than this percentage of the growth it allows is taken; 0: when all of it is. */
export function boundOldGeneration (leastMs: number = LEAST_MS): PerformanceObserver {
  let after = 0
  let since = 0
  return keepFlag('--incremental-marking-hard-trigger', looked => {
    if (looked) {
      after = oldBytes()
      since = performance.now()
    }
    return oldBytes() - after > GROWN_BYTES && performance.now() - since >= leastMs ? 1 : 0
  })
}

/** Of objects in it now, whether anybody needs them or not. */
export function oldBytes (): number {
  return getHeapSpaceStatistics().find(space => space.space_name === 'old_space')?.space_used_size ?? 0
}
