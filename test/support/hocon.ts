/** Reads HOCON in tests and shows the tree as plain values. */
import { readHoconText } from '../../src/config/hocon/read.ts'
import { ConfigSyntaxError } from '../../src/config/hocon/syntax-error.ts'
import type { HoconDocument, HoconTextOptions } from '../../src/config/hocon/read.ts'
import type { HoconNode } from '../../src/config/hocon/tree.ts'

/** A string for quoted and unquoted text, `{ number: '1' }` and the like for other scalars. */
export type Plain = string | readonly Plain[] | { readonly [key: string]: Plain }

export function plain (node: HoconNode): Plain {
  if (node.kind === 'array') return node.items.map(plain)
  if (node.kind === 'object') return Object.fromEntries(Array.from(node.fields.values(), field => [field.key, plain(field.value)]))
  return node.form === 'quoted' || node.form === 'unquoted' ? node.text : { [node.form]: node.text }
}

/** There are no files where it looks and no variables but the given. */
export function readText (text: string, options: Partial<HoconTextOptions> = {}): HoconDocument {
  return readHoconText(text, { file: 'test.conf', cwd: '/nonexistent', environment: {}, ...options })
}

/** The error of a text that must be refused. */
export function refusal (read: () => unknown): ConfigSyntaxError {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigSyntaxError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** `line:column message` of each warning. */
export function warningsOf (document: HoconDocument): readonly string[] {
  return document.warnings.map(({ place, message }) => `${place.line}:${place.column} ${message}`)
}
