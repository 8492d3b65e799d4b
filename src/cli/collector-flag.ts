/** A flag that V8 reads anew each time it needs it, kept at what the heap is like after a collection. */
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'

/**
 * Sets `flag` to what `wanted` says: now, and after each collection until the observer is disconnected.
 * @param wanted told whether the whole heap was looked through just now; the first time it was as good as that
 */
export function keepFlag (flag: string, wanted: (looked: boolean) => number): PerformanceObserver {
  let set = Number.NaN
  const look = (looked: boolean): void => {
    const value = wanted(looked)
    if (value === set) return
    set = value
    setFlagsFromString(`${flag}=${value}`)
  }
  look(true)
  const observer = new PerformanceObserver(list => look(list.getEntries().some(isMajor)))
  observer.observe({ entryTypes: ['gc'] })
  return observer
}

/** Is this entry of a collection that has looked through the whole heap? Node's types do not know its detail. */
export function isMajor (entry: PerformanceEntry): boolean {
  const { detail } = entry as { readonly detail?: unknown }
  return typeof detail === 'object' && detail !== null && 'kind' in detail && detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR
}
