/**
 * Values that are neither object nor array: words, quoted strings and substitutions, put together.
 * In an array parts must touch (`"site-"${SITE}`), since NanoMQ takes a blank for the end of an element. As the value of a key they may also
 * stand apart on one line (`every ten minutes`), up to where another field begins (`remote_topic = "a" local_topic = "b"`).
 */
import { formOf } from './scalar-form.ts'
import { readKeyPath, foldKey, skipKeyPath } from './key-path.ts'
import { readQuoted } from './quoted.ts'
import { atInclude } from './include-directive.ts'
import type { Concatenation, Substitution, TextPart } from './draft.ts'
import type { Cursor } from './cursor.ts'
import type { HoconScalar } from './tree.ts'

/** What the value is for. */
export type ValueRole = 'field' | 'element'

type Part = TextPart | Substitution

const plain = /[^\s"{}[\],=#\\$:\p{Cc}]+/uy
/** A colon is part of a word (`0.0.0.0:1883`) unless something ends behind it, as behind a key. */
const inCompany = /:(?![\s,}\]]|$)|\$(?!\{)/y
const needsQuotes = 'Put quotes around the value; or the key before it has none.'

export function readConcatenation (cursor: Cursor, role: ValueRole): HoconScalar | Concatenation {
  const { place } = cursor
  refuseFirst(cursor)
  const parts: Part[] = [readPart(cursor)]
  let end = cursor.offset
  while (goesOn(cursor, role)) {
    if (cursor.offset > end) parts.push({ kind: 'text', text: cursor.source.text.slice(end, cursor.offset), quoted: false })
    parts.push(readPart(cursor))
    end = cursor.offset
  }
  cursor.offset = end
  const texts = parts.filter(part => part.kind === 'text')
  return texts.length < parts.length ? { kind: 'concatenation', place, parts } : { kind: 'scalar', place, ...joined(texts) }
}

/** A quoted part makes the whole a string; else it is what it would be if it were written in one. */
export function joined (parts: readonly TextPart[]): Pick<HoconScalar, 'form' | 'text'> {
  const text = parts.map(part => part.text).join('')
  return { text, form: parts.some(part => part.quoted) ? 'quoted' : formOf(text) }
}

/** What looks like the beginning of a value and is none. */
function refuseFirst (cursor: Cursor): void {
  if (cursor.here === '' || ':,}]'.includes(cursor.here)) cursor.unexpected('a value is wanted here')
  if (cursor.here === "'") cursor.fail('single quotes do not quote', { hint: 'Use double quotes.' })
  if (atInclude(cursor)) cursor.fail('an include can not stand here', { hint: 'Put it in braces: { include "…" }.' })
}

/** Whether another part follows; leaves the cursor at it. */
function goesOn (cursor: Cursor, role: ValueRole): boolean {
  const apart = cursor.skipBlanks()
  const { here } = cursor
  if (here === '' || '\n,}][{'.includes(here)) return false
  if (cursor.atComment) {
    if (!apart) refuseTouchingHash(cursor)
    return false
  }
  if (!apart) return true
  return role === 'field' && !beginsField(cursor)
}

/** `a/#` without quotes: a comment to HOCON and NanoMQ, and never what was meant. */
function refuseTouchingHash (cursor: Cursor): void {
  if (cursor.here === '#' && cursor.source.text[cursor.offset - 1] === '/') cursor.fail("this '#' would begin a comment", { hint: 'Put quotes around the topic.' })
}

/** A key with what must follow a key. `mqtt-tcp://` is none. */
function beginsField (cursor: Cursor): boolean {
  return atInclude(cursor) || cursor.ahead(() => {
    if (!skipKeyPath(cursor) || cursor.sees('://')) return false
    cursor.skipSpace()
    return cursor.here !== '' && ('=:{['.includes(cursor.here) || cursor.sees('+='))
  })
}

function readPart (cursor: Cursor): Part {
  cursor.reading.countNode(cursor)
  if (cursor.here === '"') return { kind: 'text', text: readQuoted(cursor), quoted: true }
  if (cursor.sees('${')) return readSubstitution(cursor)
  return { kind: 'text', text: readWord(cursor), quoted: false }
}

function readWord (cursor: Cursor): string {
  const start = cursor.offset
  while (cursor.skip(plain) || cursor.skip(inCompany));
  if (cursor.offset === start) cursor.unexpected('it can not stand in a value without quotes', needsQuotes)
  const word = cursor.source.text.slice(start, cursor.offset)
  const slashes = word.search(/(?<!:)\/\//)
  if (slashes !== -1) {
    cursor.reading.warn(cursor.source.placeAt(start + slashes), "'//' inside a word is part of it; NanoMQ takes it for a comment: put a blank before a comment, or quotes around the value")
  }
  return word
}

/** `${NAME}`, `${?NAME}`, `${a.dotted.path}`. */
function readSubstitution (cursor: Cursor): Substitution {
  const { place, offset } = cursor
  cursor.take('${')
  const optional = cursor.take('?')
  cursor.skipBlanks()
  const segments = readKeyPath(cursor)
  cursor.skipBlanks()
  if (!cursor.take('}')) cursor.fail('this substitution is never closed', { offset, hint: "Add the closing '}'." })
  const [first, ...rest] = segments.map(segment => foldKey(segment.text))
  return { kind: 'substitution', place, name: segments.map(segment => segment.text).join('.'), path: [first ?? '', ...rest], optional }
}
