/**
 * Quoted strings. NanoMQ deletes every backslash, which leaves no way to write a line end, a quote's neighbour or a backslash itself.
 * The escapes of JSON are therefore meant as everybody means them; before any other character the backslash is deleted as NanoMQ does it. A string
 * that NanoMQ reads differently is warned about.
 */
import { configCodes } from '../errors.ts'
import type { Cursor } from './cursor.ts'

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'], ['\\', '\\'], ['/', '/'], ['b', '\b'], ['f', '\f'], ['n', '\n'], ['r', '\r'], ['t', '\t']
])
const triple = '"""'
const inside = /[^"\\]+/y

/** Reads the string whose opening quote is here; it may span lines. */
export function readQuoted (cursor: Cursor): string {
  if (cursor.sees(triple)) return readTriple(cursor)
  const start = cursor.offset++
  let text = ''
  let unknown = false
  for (;;) {
    text += cursor.match(inside)
    if (cursor.take('"')) break
    if (!cursor.take('\\')) unclosed(cursor, start)
    const escaped = readEscape(cursor)
    unknown ||= escaped === ''
    text += escaped
  }
  const raw = cursor.source.text.slice(start + 1, cursor.offset - 1)
  if (raw.includes('\\')) checkEscaped(cursor, start, { raw, text, unknown })
  return text
}

/** Steps over the string whose opening quote is here, for a look ahead; false when it is not closed. */
export function skipQuoted (cursor: Cursor): boolean {
  if (cursor.take(triple)) {
    const end = cursor.source.text.indexOf(triple, cursor.offset)
    if (end === -1) return false
    cursor.offset = end
    cursor.skip(/"+/y)
    return true
  }
  cursor.offset++
  for (;;) {
    cursor.skip(inside)
    if (cursor.here === '') return false
    if (cursor.take('"')) return true
    cursor.offset += 2
  }
}

/** Nothing in it is an escape; of more than three closing quotes the first belong to the text. */
function readTriple (cursor: Cursor): string {
  const start = cursor.offset
  const end = cursor.source.text.indexOf(triple, start + triple.length)
  if (end === -1) unclosed(cursor, start)
  cursor.offset = end
  cursor.skip(/"+/y)
  return cursor.source.text.slice(start + triple.length, cursor.offset - triple.length)
}

function unclosed (cursor: Cursor, start: number): never {
  cursor.fail('this string is never closed', { offset: start, hint: 'Add the closing quote.' })
}

/** What the character after a backslash stands for; empty where the backslash means nothing and the character is read as it is. */
function readEscape (cursor: Cursor): string {
  const simple = escapes.get(cursor.here)
  if (simple !== undefined) {
    cursor.offset++
    return simple
  }
  const unit = cursor.match(/u[\da-f]{4}/iy)
  if (unit === '') return ''
  return String.fromCharCode(parseInt(unit.slice(1), 16))
}

interface Escaped {
  readonly raw: string
  readonly text: string
  readonly unknown: boolean
}

function checkEscaped (cursor: Cursor, start: number, { raw, text, unknown }: Escaped): void {
  const encoding = { offset: start, code: configCodes.encoding }
  if (text.includes('\0')) cursor.fail('this string holds \\u0000, which may not stand in a configuration', encoding)
  if (/\p{Surrogate}/u.test(text)) cursor.fail('this string holds half of a surrogate pair', encoding)
  const place = cursor.source.placeAt(start)
  if (unknown) cursor.reading.warn(place, 'a backslash in this string starts no known escape and is dropped; write \\\\ for a backslash')
  else if (text !== raw.replaceAll('\\', '')) cursor.reading.warn(place, 'the escapes in this string are read as in JSON; NanoMQ only deletes the backslashes')
}
