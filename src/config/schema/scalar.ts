/** The kind of a value of one word, put together from its reader and its schema. */
import type { HoconScalar } from '../hocon/tree.ts'
import type { Kind, Schema } from './kind.ts'
import { nameOf } from './node.ts'
import type { Reading } from './reading.ts'

export interface ScalarParts<T> {
  readonly type: string
  readonly unit?: string
  readonly read: (scalar: HoconScalar, reading: Reading) => T | undefined
  readonly schema: () => Schema<T>
  readonly show?: (value: T) => string
}

/** A value of one word. */
export function scalar<T> ({ type, unit = '', read, schema, show = String }: ScalarParts<T>): Kind<T> {
  return {
    type,
    unit,
    schema,
    show: value => show(value as T), // what `read` or a table row gave, which both are a T
    inner: null,
    read (node, reading) {
      if (node.kind !== 'scalar') return reading.refuse(`must be one value (${type}), not ${nameOf(node)}`)
      const value = read(node, reading)
      if (value !== undefined) reading.show(show(value))
      return value
    }
  }
}
