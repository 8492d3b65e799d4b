/** `include "f"`, `include file("f")`, `include required("f")`, `include required(file("f"))`. What a file is and where it lies is not known here. */
import { configCodes } from '../errors.ts'
import { readQuoted } from './quoted.ts'
import type { Cursor } from './cursor.ts'
import type { Place } from './tree.ts'

export interface IncludeDirective {
  readonly file: string
  readonly required: boolean
  readonly place: Place
  /** What is included stands where secrets stand. */
  readonly secret: boolean
}

const directive = /include(?=[^\S\n]*(?:"|(?:file|required|url|classpath)[^\S\n]*\())/y
const wrapper = /(?:file|required|url|classpath)[^\S\n]*\(/y

/** `include` is also a key like any other: `include = 1`. */
export function atInclude (cursor: Cursor): boolean {
  return cursor.here === 'i' && cursor.ahead(() => cursor.skip(directive))
}

/** Reads the directive that {@link atInclude} has seen. */
export function readInclude (cursor: Cursor): IncludeDirective {
  const { place, offset } = cursor
  cursor.skip(directive)
  cursor.skipBlanks()
  const wrappers = readWrappers(cursor)
  if (cursor.here !== '"') cursor.unexpected('the name of a file in quotes is wanted here')
  const nameAt = cursor.offset
  const file = readQuoted(cursor)
  if (file === '') cursor.fail('an include without the name of a file', { offset: nameAt, code: configCodes.include })
  for (const name of wrappers) {
    cursor.skipBlanks()
    if (!cursor.take(')')) cursor.unexpected(`the ')' of ${name}( is wanted here`)
  }
  return { file, required: wrappers.includes('required'), place, secret: cursor.source.isConcealed(offset) }
}

function readWrappers (cursor: Cursor): readonly string[] {
  const wrappers: string[] = []
  for (;;) {
    const start = cursor.offset
    const found = cursor.match(wrapper)
    if (found === '') return wrappers
    const name = found.slice(0, -1).trim()
    if (name === 'url' || name === 'classpath') {
      cursor.fail(`include ${name}(…) is not supported`, { offset: start, code: configCodes.include, hint: 'Only files can be included: include file("…").' })
    }
    // required(file(…)) is the only order in which HOCON nests them
    if (wrappers.includes('file') || wrappers.includes(name)) cursor.fail(`${name}( can not stand inside ${wrappers.at(-1) ?? ''}(`, { offset: start })
    wrappers.push(name)
    cursor.skipBlanks()
  }
}
