/** Text, quoted or not. A number or a boolean is taken by its letters, so that `0001` stays `0001`. */
import type { HoconScalar } from '../hocon/tree.ts'
import type { Reading } from '../schema/reading.ts'

export function readText (scalar: HoconScalar, reading: Reading): string {
  if (scalar.form === 'number' || scalar.form === 'boolean') {
    reading.lenient(`${reading.quote(scalar)} without quotes`, JSON.stringify(scalar.text))
  }
  return scalar.text
}
