/** Numbers as people read them. */
import type { Spread } from './statistics.ts'

/** Where there is no value. */
export const NOTHING = '–'

export function whole (value: number): string {
  return Math.round(value).toLocaleString('en')
}

/** Three digits that count. */
export function short (value: number): string {
  if (value === 0) return '0'
  if (Math.abs(value) >= 100) return whole(value)
  return String(Number(value.toPrecision(3)))
}

/** `1.2 ms` from microseconds. */
export function time (micros: number): string {
  if (micros < 1000) return `${short(micros)} µs`
  if (micros < 1e6) return `${short(micros / 1000)} ms`
  return `${short(micros / 1e6)} s`
}

export function size (bytes: number): string {
  return `${short(bytes / 1e6)} MB`
}

export function times (ratio: number): string {
  return `${short(ratio)} ×`
}

/** `1,000 (900 – 1,100)`; the median alone where the rounds agree or there is one. */
export function spread (values: Spread | null, words: (value: number) => string): string {
  if (values === null) return NOTHING
  const { median, least, most } = values
  if (words(least) === words(most)) return words(median)
  return `${words(median)} (${words(least)} – ${words(most)})`
}

export function median (values: Spread | null, words: (value: number) => string): string {
  return values === null ? NOTHING : words(values.median)
}

/** What one sentence can say of a run beside its figures. @param course  resident memory in bytes, tenth by tenth of the window */
export function courseWords (course: readonly number[]): string {
  return `memory, tenth by tenth of the window: ${course.map(bytes => short(bytes / 1e6)).join(', ')} MB`
}
