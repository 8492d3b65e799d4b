/** What a HOCON text means, with the place of everything, so that each later error can point at its line. */

export interface Place {
  /** As it was named: on the command line or by an include. */
  readonly file: string
  /** Both count from 1; the column counts UTF-16 units. */
  readonly line: number
  readonly column: number
}

/** How a scalar was written; its text is the same in each form. */
export type ScalarForm = 'quoted' | 'unquoted' | 'number' | 'boolean' | 'null' | 'size' | 'duration' | 'percent'

export interface HoconScalar {
  readonly kind: 'scalar'
  readonly place: Place
  readonly form: ScalarForm
  /** Decoded: quotes and escapes gone, substitutions done. */
  readonly text: string
}

export interface HoconArray {
  readonly kind: 'array'
  readonly place: Place
  readonly items: readonly HoconNode[]
}

export interface HoconField {
  /** As written. */
  readonly key: string
  readonly place: Place
  readonly value: HoconNode
}

export interface HoconObject {
  readonly kind: 'object'
  readonly place: Place
  /** Keyed by the lower-case key: NanoMQ's look-up ignores case. A Map, so that `__proto__` is only a name. */
  readonly fields: ReadonlyMap<string, HoconField>
}

export type HoconNode = HoconScalar | HoconArray | HoconObject
