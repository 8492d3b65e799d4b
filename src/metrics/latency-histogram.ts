/** How long things took, in buckets: plain numbers, added by who measures, read by who shows them. */

/** Upper ends of the buckets, in seconds; what took longer is in one more. */
export const latencyBounds: readonly number[] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

export class LatencyHistogram {
  /** How many fell into each bucket, and into no other. */
  readonly counts: Float64Array = new Float64Array(latencyBounds.length + 1)
  /** Of all, in seconds. */
  sum = 0

  /** @param times how many took so long */
  add (seconds: number, times: number): void {
    let bucket = 0
    while (bucket < latencyBounds.length && seconds > (latencyBounds[bucket] as number)) bucket++
    this.counts[bucket] = (this.counts[bucket] as number) + times
    this.sum += seconds * times
  }

  /** Adds what another has counted. */
  include ({ counts, sum }: LatencyHistogram): void {
    for (const [bucket, count] of counts.entries()) this.counts[bucket] = (this.counts[bucket] as number) + count
    this.sum += sum
  }
}
