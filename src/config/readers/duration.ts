/**
 * Times: `500ms`, `10s`, `5m`, `1h`, `7d`. NanoMQ looks at the first letter of the unit only, so that its `10ms` is ten
 * minutes, and ignores a number without a unit: both are read here as they are meant, and said.
 */
import type { HoconScalar } from '../hocon/tree.ts'
import type { Reading } from '../schema/reading.ts'

export interface DurationForm {
  /** Unit of a number without one: what NanoMQ's manual means by it. null: a unit is demanded. */
  readonly bare: 's' | 'ms' | null
  /** How NanoMQ reads the key: a duration in seconds, one in milliseconds, or a plain number of milliseconds. */
  readonly nanomq: 'seconds' | 'milliseconds' | 'number'
}

const form = /^(\d{1,12}(?:\.\d{1,9})?)\s*([a-z]*)$/i
const milliseconds: ReadonlyMap<string, number> = new Map([
  ['us', 0.001], ['ms', 1], ['s', 1000], ['sec', 1000], ['m', 60_000], ['min', 60_000], ['h', 3_600_000], ['d', 86_400_000]
])
const allowed = 'must be a time with its unit, such as 500ms, 10s, 5m, 1h or 7d'

/** @returns milliseconds */
export function readDuration (scalar: HoconScalar, reading: Reading, how: DurationForm): number | undefined {
  const [, digits, unit = ''] = form.exec(scalar.text) ?? []
  if (unit === 'M') return reading.refuse('the unit M is a month to some and a minute to others', 'Write 10m for minutes, 30d for a month')
  const factor = milliseconds.get(unit === '' ? how.bare ?? '' : unit.toLowerCase())
  if (digits === undefined || factor === undefined) return reading.refuse(allowed)
  const value = Math.round(Number(digits) * factor)
  sayDifference({ scalar, reading, how, unit, value })
  return value
}

interface Read {
  readonly scalar: HoconScalar
  readonly reading: Reading
  readonly how: DurationForm
  readonly unit: string
  readonly value: number
}

function sayDifference ({ scalar, reading, how, unit, value }: Read): void {
  const written = reading.quote(scalar)
  const used = showDuration(value)
  if (how.nanomq === 'number') {
    if (scalar.form !== 'number') reading.lenient(written, used)
  } else if (unit === '') {
    reading.lenient(`${written} without a unit`, used)
  } else if (how.nanomq === 'seconds' && unit === 'ms') {
    reading.lenient(written, used, `${scalar.text.slice(0, -2).trim()} minutes`)
  } else if (unit === 'us' || scalar.text.includes('.') || unit !== unit.toLowerCase()) {
    reading.lenient(written, used, '0')
  }
}

/** As it would be written: the largest unit that leaves no rest. */
export function showDuration (ms: number): string {
  for (const unit of ['d', 'h', 'm', 's']) {
    const factor = milliseconds.get(unit) ?? 1
    // 60s, not 1m: people count a minute in seconds
    if (ms > 0 && ms % factor === 0 && (ms !== 60_000 || unit === 's')) return `${ms / factor}${unit}`
  }
  return ms === 0 ? '0s' : `${ms}ms`
}
