/** `true` and `false`, and what else people write for them. */
import type { HoconScalar } from '../hocon/tree.ts'
import type { Reading } from '../schema/reading.ts'

const words: ReadonlyMap<string, boolean> = new Map([
  ['true', true], ['yes', true], ['on', true], ['1', true],
  ['false', false], ['no', false], ['off', false], ['0', false]
])

export function readBool (scalar: HoconScalar, reading: Reading): boolean | undefined {
  const value = words.get(scalar.text.toLowerCase())
  if (value === undefined) return reading.refuse('must be true or false')
  if (scalar.form !== 'boolean') reading.lenient(reading.quote(scalar), String(value))
  return value
}
