/**
 * One pair of braces, or the top level of the files: the only way to put definitions into a draft.
 * Several blocks may write into one object. Then NanoMQ keeps the earlier of two values, and within one block the later; here the later one always
 * counts, as its manual says and HOCON has it, and a warning names both places.
 */
import { foldKey } from './key-path.ts'
import type { Appendix, Concatenation, Draft, DraftArray, DraftField, DraftObject } from './draft.ts'
import type { HoconScalar, Place } from './tree.ts'
import type { KeySegment } from './key-path.ts'
import type { Reading } from './reading.ts'

export class Block {
  /** Blocks and arrays around this one. */
  readonly depth: number
  /** The top-level key it stands under, in small letters; empty at the top and inside arrays. */
  readonly root: string
  readonly #object: DraftObject
  readonly #reading: Reading

  constructor (object: DraftObject, depth: number, reading: Reading, root = '') {
    reading.checkDepth(object, depth)
    this.depth = depth
    this.root = root
    this.#object = object
    this.#reading = reading
  }

  /** The block of `key { … }` in this one, also for a part of a dotted key. */
  open (segment: KeySegment, place: Place): Block {
    const field = this.#field(segment)
    const last = field.layers.at(-1)
    const root = this.root === '' && this.depth === 0 ? foldKey(segment.text) : this.root
    if (last?.kind === 'object') return new Block(last, this.depth + 1, this.#reading, root)
    const object: DraftObject = { kind: 'object', place, fields: new Map() }
    this.#reading.countNode(object)
    this.#noteOverride(field, object, segment)
    this.#define(field, segment)
    field.layers.push(object)
    return new Block(object, this.depth + 1, this.#reading, root)
  }

  /** `key = value`, for all but objects. */
  set (segment: KeySegment, value: HoconScalar | DraftArray | Concatenation): void {
    const field = this.#field(segment)
    this.#noteOverride(field, value, segment)
    this.#define(field, segment)
    // only a scalar can be known to need nothing of what was there before
    if (value.kind === 'scalar') field.layers = [value]
    else field.layers.push(value)
  }

  append (segment: KeySegment, place: Place, items: readonly Draft[]): void {
    const field = this.#field(segment)
    const last = field.layers.at(-1)
    if (last?.kind !== 'appendix') field.layers.push({ kind: 'appendix', place, items: [...items] })
    else for (const item of items) last.items.push(item)
  }

  #field (segment: KeySegment): DraftField {
    const name = foldKey(segment.text)
    const known = this.#object.fields.get(name)
    if (known !== undefined) return known
    const field: DraftField = { key: segment.text, place: segment.place, block: this, layers: [] }
    this.#object.fields.set(name, field)
    return field
  }

  #define (field: DraftField, { text, place }: KeySegment): void {
    field.key = text
    field.place = place
    field.block = this
  }

  #noteOverride (field: DraftField, value: Draft, { text, place }: KeySegment): void {
    const earlier = field.layers.at(-1)
    if (earlier === undefined) return
    const before = `${field.place.file}:${field.place.line}:${field.place.column}`
    if (field.key !== text) this.#reading.warn(place, `the same key, in other letters, has a value at ${before}; this one counts, since case makes no difference`, field.place)
    else if (field.block !== this && differsInNanomq(earlier, value)) {
      this.#reading.warn(place, `this overrides the value at ${before}; NanoMQ keeps the earlier one`, field.place)
    }
  }
}

/** Substitutions and `+=` are unknown to NanoMQ, so a file that has them was not written for it. */
function differsInNanomq (earlier: Draft | Appendix, later: Draft): boolean {
  const foreign = (layer: Draft | Appendix) => layer.kind === 'concatenation' || layer.kind === 'appendix'
  if (foreign(earlier) || foreign(later)) return false
  return earlier.kind !== 'scalar' || later.kind !== 'scalar' || earlier.text !== later.text || earlier.form !== later.form
}
