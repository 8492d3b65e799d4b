/**
 * What is read from sockets stays in memory until V8 has filled its young generation and looks through it, so that memory under load goes with its size, which
 * V8 doubles up to 32 MB. Held at two halves of 4 MB a bridge with a subscriber that takes everything has 188 MB in place of 218, and QoS 1 saturating 129; neither
 * costs more CPU. With halves of 2 MB QoS 1 costs a tenth more (docs/design/hot-path.md).
 */
import type { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics } from 'node:v8'
import { keepFlag } from './collector-flag.ts'

/** Both halves. */
export const MOST_YOUNG_BYTES: number = 8 * 1024 * 1024

/** From now on it doubles until it has that size. Where it has shrunk meanwhile it may grow again. */
export function boundYoungGeneration (): PerformanceObserver {
  return keepFlag('--semi-space-growth-factor', () => youngBytes() < MOST_YOUNG_BYTES ? 2 : 1)
}

/** Memory taken by it now. */
export function youngBytes (): number {
  return getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.space_size ?? 0
}
