/** What a value is: how it is read from the tree, what zod demands of it, and what the manual calls it. */
import { z } from 'zod'
import type { HoconNode, HoconScalar } from '../hocon/tree.ts'
import type { Reading } from './reading.ts'
import type { Section } from './section.ts'

export interface Kind<out T> {
  /** For the manual: `duration`, `allow or deny`. */
  readonly type: string
  /** For the manual: what a number counts; empty where it counts nothing. */
  readonly unit: string
  /** The plain value that {@link schema} judges; undefined after telling why there is none. */
  readonly read: (node: HoconNode, reading: Reading) => unknown
  readonly schema: z.ZodType<T>
  /** A value as it would be written in a file. */
  readonly show: (value: unknown) => string
  /** The keys inside, where it is a block, and what follows its path in the manual: `.NAME`, `[ ]`. */
  readonly inner: { readonly section: Section, readonly suffix: string } | null
}

export interface ScalarParts<T> {
  readonly type: string
  readonly unit?: string
  readonly read: (scalar: HoconScalar, reading: Reading) => T | undefined
  readonly schema: z.ZodType<T>
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

export function nameOf (node: HoconNode): string {
  return { scalar: 'one value', array: 'a list', object: 'a block' }[node.kind]
}

/** `null` takes a key out, as if it were not there. */
export function isNothing (node: HoconNode): boolean {
  return node.kind === 'scalar' && node.form === 'null'
}
