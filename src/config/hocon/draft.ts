/** A configuration as it was written, before its substitutions are made: each key with all its definitions, in their order. */
import type { HoconScalar, Place } from './tree.ts'

export interface Substitution {
  readonly kind: 'substitution'
  readonly place: Place
  /** As written, for the environment and for messages. */
  readonly name: string
  /** As keys are compared. */
  readonly path: readonly [string, ...string[]]
  /** `${?NAME}`: may have no value. */
  readonly optional: boolean
}

export interface TextPart {
  readonly kind: 'text'
  readonly text: string
  readonly quoted: boolean
}

/** Parts that make one value, of which at least one is a substitution. */
export interface Concatenation {
  readonly kind: 'concatenation'
  readonly place: Place
  readonly parts: readonly (TextPart | Substitution)[]
}

export interface DraftArray {
  readonly kind: 'array'
  readonly place: Place
  readonly items: readonly Draft[]
}

/** `key += value`, or the array after `${name}`: goes behind what the key holds so far. */
export interface Appendix {
  readonly kind: 'appendix'
  readonly place: Place
  readonly items: Draft[]
}

export interface DraftObject {
  readonly kind: 'object'
  readonly place: Place
  /** Keyed as keys are compared. */
  readonly fields: Map<string, DraftField>
}

export type Draft = HoconScalar | DraftArray | DraftObject | Concatenation

export interface DraftField {
  /** Of the definition that counts. */
  key: string
  place: Place
  /** The braces in which it was last given a value; see block.ts. */
  block: object
  /** Later ones override earlier ones, merge with them or go behind them. */
  layers: (Draft | Appendix)[]
}
