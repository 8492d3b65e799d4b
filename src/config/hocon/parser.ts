/** The grammar: members of objects, elements of arrays. Commas may be left out, also between what stands on one line; one may trail. */
import { atInclude, readInclude } from './include-directive.ts'
import { Block } from './block.ts'
import { isSecretName } from './source.ts'
import { readConcatenation } from './concatenation.ts'
import { readKeyPath } from './key-path.ts'
import type { Cursor } from './cursor.ts'
import type { Draft, DraftArray, DraftObject } from './draft.ts'
import type { IncludeDirective } from './include-directive.ts'
import type { KeyPath, KeySegment } from './key-path.ts'

/** Puts the members of the file into the block. */
export type FollowInclude = (directive: IncludeDirective, into: Block) => void

export class Parser {
  readonly #cursor: Cursor
  readonly #followInclude: FollowInclude

  constructor (cursor: Cursor, followInclude: FollowInclude) {
    this.#cursor = cursor
    this.#followInclude = followInclude
  }

  /** Reads a whole file into the block; braces around it are optional. */
  file (block: Block): void {
    const cursor = this.#cursor
    cursor.skipSpace()
    if (cursor.here === '[') cursor.fail('a configuration is an object, not an array')
    if (cursor.here === '{') this.#object(block)
    else this.#sequence('', cursor.offset, () => this.#member(block))
    cursor.skipSpace()
    if (cursor.here !== '') cursor.unexpected('nothing may follow the closing brace of the file')
  }

  #object (block: Block): void {
    const start = this.#cursor.offset++
    this.#sequence('}', start, () => this.#member(block))
  }

  /** Items with or without commas up to the closing bracket; without one, up to the end of the file. */
  #sequence (close: '}' | ']' | '', start: number, item: () => void): void {
    const cursor = this.#cursor
    let behindItem = false
    for (;;) {
      cursor.skipSpace()
      if (cursor.here === '' && close !== '') cursor.fail(`this '${close === '}' ? '{' : '['}' is never closed`, { offset: start, hint: `Add the closing '${close}'.` })
      if (cursor.here === '' || cursor.here === close) break
      const comma = cursor.here === ','
      if (comma && !behindItem) cursor.unexpected('nothing stands before it')
      if (comma) cursor.offset++
      else item()
      behindItem = !comma
    }
    cursor.take(close)
  }

  #member (block: Block): void {
    const cursor = this.#cursor
    if (atInclude(cursor)) return this.#followInclude(readInclude(cursor), block)
    const path = readKeyPath(cursor)
    const secret = path.some(segment => isSecretName(segment.text)) && !cursor.source.isConcealed(cursor.offset)
    if (secret) cursor.source.conceal(cursor.offset)
    this.#definition(block, path)
    if (secret) cursor.source.reveal(cursor.offset)
  }

  /** What follows a key. */
  #definition (block: Block, path: KeyPath): void {
    const cursor = this.#cursor
    const { parent, name } = descend(block, path)
    const end = cursor.offset
    cursor.skipSpace()
    const { place } = cursor
    if (cursor.here === '{') return this.#object(parent.open(name, place))
    if (cursor.here === '[') return parent.set(name, this.#array(parent.depth))
    if (cursor.take('+=')) {
      cursor.skipSpace()
      return parent.append(name, place, [this.#element(parent.depth + 1)])
    }
    if (!cursor.take('=') && !cursor.take(':')) cursor.fail("'=', ':', '{' or '[' is wanted behind a key", { offset: end })
    cursor.skipSpace()
    this.#value(parent, name)
  }

  #value (parent: Block, name: KeySegment): void {
    const cursor = this.#cursor
    const { place } = cursor
    if (cursor.here === '{') return this.#object(parent.open(name, place))
    if (cursor.here === '[') return parent.set(name, this.#array(parent.depth))
    const value = readConcatenation(cursor, 'field')
    parent.set(name, value)
    if (value.kind === 'concatenation' && value.parts.length === 1) this.#addition(parent, name)
  }

  /** `${base} { … }` merges, `${list} [ … ]` goes behind. */
  #addition (parent: Block, name: KeySegment): void {
    const cursor = this.#cursor
    cursor.skipBlanks()
    const { place } = cursor
    if (cursor.here === '{') this.#object(parent.open(name, place))
    else if (cursor.here === '[') parent.append(name, place, this.#array(parent.depth).items)
  }

  #array (outer: number): DraftArray {
    const cursor = this.#cursor
    const { place, offset } = cursor
    cursor.reading.checkDepth(cursor, outer + 1)
    cursor.reading.countNode(cursor)
    cursor.offset++
    const items: Draft[] = []
    this.#sequence(']', offset, () => items.push(this.#element(outer + 1)))
    return { kind: 'array', place, items }
  }

  #element (depth: number): Draft {
    const cursor = this.#cursor
    if (cursor.here === '[') return this.#array(depth)
    if (cursor.here !== '{') return readConcatenation(cursor, 'element')
    const object: DraftObject = { kind: 'object', place: cursor.place, fields: new Map() }
    cursor.reading.countNode(object)
    this.#object(new Block(object, depth + 1, cursor.reading))
    return object
  }
}

/** The block in which the last part of a dotted key is defined; each such key has braces of its own, as in NanoMQ. */
function descend (block: Block, path: KeyPath): { readonly parent: Block, readonly name: KeySegment } {
  const name = path.at(-1) ?? path[0]
  const parent = path.slice(0, -1).reduce((outer, segment) => outer.open(segment, segment.place), block)
  return { parent, name }
}
