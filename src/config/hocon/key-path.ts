/** Keys: `plain`, `dotted.path`, `"quoted, not split"`, and dotted paths with quoted parts. */
import { readQuoted, skipQuoted } from './quoted.ts'
import type { Cursor } from './cursor.ts'
import type { Place } from './tree.ts'

export interface KeySegment {
  /** As written, without quotes. */
  readonly text: string
  readonly place: Place
}

/** At least one segment. */
export type KeyPath = readonly [KeySegment, ...KeySegment[]]

/** Characters of an unquoted part, and those which are so only in some company. */
const plain = /[^\s."{}[\],:=#\\+$()\p{Cc}]+/uy
const inCompany = /\+(?!=)|\$(?!\{)/y

/** How two spellings are known to be one key. ASCII only, as NanoMQ's look-up: the Kelvin sign is no `k`. */
export function foldKey (key: string): string {
  return key.replace(/[A-Z]+/g, letters => letters.toLowerCase())
}

export function readKeyPath (cursor: Cursor): KeyPath {
  const start = cursor.offset
  const first = readSegment(cursor)
  const rest: KeySegment[] = []
  while (cursor.take('.')) rest.push(readSegment(cursor))
  const { maxKeyLength } = cursor.reading.limits
  if (cursor.offset - start > maxKeyLength) cursor.reading.exceed(first.place, `a key of more than ${maxKeyLength} characters`)
  return [first, ...rest]
}

/** Steps over what {@link readKeyPath} would read, for a look ahead; false when no key stands here. */
export function skipKeyPath (cursor: Cursor): boolean {
  do {
    if (cursor.here === '"' ? !skipQuoted(cursor) : readPlain(cursor) === '') return false
  } while (cursor.take('.'))
  return true
}

function readSegment (cursor: Cursor): KeySegment {
  const { place } = cursor
  if (cursor.here === '"') return { text: readQuoted(cursor), place }
  const text = readPlain(cursor)
  if (text === '') cursor.unexpected('a key is wanted here')
  return { text, place }
}

function readPlain (cursor: Cursor): string {
  const start = cursor.offset
  while (cursor.skip(plain) || cursor.skip(inCompany));
  return cursor.source.text.slice(start, cursor.offset)
}
