/**
 * What a table of keys is made of: a key has a kind, a kind may be a section, a section has keys. All that is known of a key
 * is in its row, once: reader, zod schema, defaults and manual come from it.
 */
import type { z } from 'zod/v3'
import type { HoconNode, HoconObject } from '../hocon/tree.ts'
import type { Reading } from './reading.ts'

/** What zod demands of a value. Of its interface of version 3, which is in the package of version 4 as well: 1.8 MB of memory, where the other has 6. */
export type Schema<T> = z.ZodType<T, z.ZodTypeDef, unknown>

/** What a value is: how it is read from the tree, what zod demands of it, and what the manual calls it. */
export interface Kind<out T> {
  /** For the manual: `duration`, `allow or deny`. */
  readonly type: string
  /** For the manual: what a number counts; empty where it counts nothing. */
  readonly unit: string
  /** The plain value that {@link schema} judges; undefined after telling why there is none. */
  readonly read: (node: HoconNode, reading: Reading) => unknown
  /** Made when there is a value to judge: a file has a tenth of all keys, and the schemas of all of them took 5 MB. */
  readonly schema: () => Schema<T>
  /** A value as it would be written in a file. */
  readonly show: (value: unknown) => string
  /** The keys inside, where it is a block, and what follows its path in the manual: `.NAME`, `[ ]`. */
  readonly inner: { readonly section: Section, readonly suffix: string } | null
}

/** What is in a block. */
export interface Section {
  readonly keys: readonly (readonly [property: string, key: Key<unknown>])[]
  readonly others: readonly OtherKey[]
  readonly rules: (given: unknown, reading: Reading) => void
}

/** A key that works. */
export interface Key<out T> {
  /** As in the file; empty for what is not written but comes from where the block stands. */
  readonly key: string
  /** Other spellings. */
  readonly also: readonly string[]
  readonly kind: Kind<T>
  readonly fallback: Fallback<T>
  /** Causeway's own, beside NanoMQ's. */
  readonly ours: boolean
  readonly secret: boolean
  /** NanoMQ's default where it differs. */
  readonly nanomq: string
  /** What it does, in one sentence or two. */
  readonly says: string
  readonly refusal: Refusal | null
}

export type Fallback<T> =
  | { readonly kind: 'value', readonly value: T, readonly shown: string }
  | { readonly kind: 'required' }
  /** A block that is there with all its defaults when the file has none. */
  | { readonly kind: 'block' }
  | { readonly kind: 'context', readonly take: (reading: Reading) => unknown }

/** A value that NanoMQ takes and that is not safe to take. */
export interface Refusal {
  readonly when: (value: unknown) => boolean
  /** For the manual: `false`. */
  readonly value: string
  readonly why: string
  readonly remedy: string
}

/** A key that is known and does nothing, or may not be there. */
export interface OtherKey {
  readonly key: string
  readonly fate: 'no effect' | 'refused'
  readonly type: string
  readonly ours: boolean
  readonly says: string
  readonly remedy: string
  /** A refused key that does no harm as it stands, such as a block that is disabled. */
  readonly harmless: (node: HoconNode, around: HoconObject) => boolean
  /** The keys of the block, for the manual and for nothing else; their fate is that of the block where none is named. */
  readonly inner: readonly (readonly [key: string, type: string, says: string, fate?: 'no effect'])[]
}
