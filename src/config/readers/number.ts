/** Whole and decimal numbers, also in quotes. */
import type { HoconScalar } from '../hocon/tree.ts'
import type { Reading } from '../schema/reading.ts'

const numeral = /^[+-]?\d+(\.\d+)?(e[+-]?\d{1,3})?$/i

export function readNumber (scalar: HoconScalar, reading: Reading): number | undefined {
  if (!numeral.test(scalar.text)) return reading.refuse('must be a number')
  const value = Number(scalar.text)
  if (scalar.form !== 'number') reading.lenient(reading.quote(scalar), String(value))
  return value
}
