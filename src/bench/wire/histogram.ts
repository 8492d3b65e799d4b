/**
 * Log-linear histogram of microseconds in the manner of HdrHistogram: exact below 256, then 128 steps for each doubling, so that a
 * value is known within 0.8 %. Recording is an array increment and allocates nothing.
 */
const STEPS = 128
const STEP_BITS = 7
/** Values up to 2^32 µs, which is 71 minutes; longer ones are counted as that. */
const LARGEST = 2 ** 32 - 1
const BUCKETS = (32 - STEP_BITS + 1) * STEPS

/** Pairs of bucket and count, for the way between processes and into files. */
export interface HistogramRecord {
  readonly buckets: readonly number[]
  readonly counts: readonly number[]
  readonly max: number
}

export class Histogram {
  readonly #counts = new Float64Array(BUCKETS)
  #total = 0
  #max = 0

  get total (): number { return this.#total }
  get max (): number { return this.#max }

  record (micros: number): void {
    const value = micros <= 0 ? 0 : micros >= LARGEST ? LARGEST : Math.round(micros)
    const bucket = bucketOf(value)
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1
    this.#total++
    if (value > this.#max) this.#max = value
  }

  clear (): void {
    this.#counts.fill(0)
    this.#total = 0
    this.#max = 0
  }

  /** The value that `share` (0 … 1) of all values do not exceed; 0 when nothing was recorded. */
  quantile (share: number): number {
    if (this.#total === 0) return 0
    const wanted = Math.max(1, Math.ceil(share * this.#total))
    let seen = 0
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += this.#counts[bucket] as number
      if (seen >= wanted) return Math.min(this.#max, highestOf(bucket))
    }
    return this.#max
  }

  add (record: HistogramRecord): void {
    for (const [place, bucket] of record.buckets.entries()) {
      const count = record.counts[place] ?? 0
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count
      this.#total += count
    }
    if (record.max > this.#max) this.#max = record.max
  }

  toRecord (): HistogramRecord {
    const buckets: number[] = []
    const counts: number[] = []
    for (const [bucket, count] of this.#counts.entries()) {
      if (count === 0) continue
      buckets.push(bucket)
      counts.push(count)
    }
    return { buckets, counts, max: this.#max }
  }

  static from (records: readonly HistogramRecord[]): Histogram {
    const sum = new Histogram()
    for (const record of records) sum.add(record)
    return sum
  }
}

function bucketOf (value: number): number {
  if (value < 2 * STEPS) return value
  const shift = 31 - Math.clz32(value) - STEP_BITS
  return shift * STEPS + (value >>> shift)
}

/** The largest value that falls into `bucket`. */
function highestOf (bucket: number): number {
  if (bucket < 2 * STEPS) return bucket
  const shift = Math.floor(bucket / STEPS) - 1
  return (bucket - shift * STEPS + 1) * 2 ** shift - 1
}
