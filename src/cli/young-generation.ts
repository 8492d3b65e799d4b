/**
 * What is read from sockets stays in memory until V8 has filled its young generation and looks through it, so that memory under load goes with its size, which
 * V8 doubles up to 32 MB. Held at two halves of 4 MB a bridge with a subscriber that takes everything has 188 MB in place of 218, and QoS 1 saturating 129; neither
 * costs more CPU. With halves of 2 MB QoS 1 costs a tenth more (docs/design/hot-path.md).
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** Both halves. */
export const MOST_YOUNG_BYTES: number = 8 * 1024 * 1024

/** From now on it doubles until it has that size. The flag is read by V8 each time it is to grow; where it has shrunk meanwhile it may grow again. */
export function boundYoungGeneration (): PerformanceObserver {
  let factor = 0
  const look = (): void => {
    const wanted = youngBytes() < MOST_YOUNG_BYTES ? 2 : 1
    if (wanted === factor) return
    factor = wanted
    setFlagsFromString(`--semi-space-growth-factor=${factor}`)
  }
  look()
  const observer = new PerformanceObserver(look)
  observer.observe({ entryTypes: ['gc'] })
  return observer
}

/** Memory taken by it now. */
export function youngBytes (): number {
  return getHeapSpaceStatistics().find(space => space.space_name === 'new_space')?.space_size ?? 0
}
