/** A position in a text, and the steps that need no knowledge of the grammar. */
import type { Failure, Reading } from './reading.ts'
import type { Place } from './tree.ts'
import type { Source } from './source.ts'

const blanks = /[^\S\n]+/y
const space = /\s+/y

export class Cursor {
  readonly source: Source
  readonly reading: Reading
  offset = 0

  constructor (source: Source, reading: Reading) {
    this.source = source
    this.reading = reading
  }

  /** The character here; empty at the end. */
  get here (): string {
    return this.source.text.charAt(this.offset)
  }

  /** Where the cursor stands. */
  get place (): Place {
    return this.source.placeAt(this.offset)
  }

  sees (text: string): boolean {
    return this.source.text.startsWith(text, this.offset)
  }

  /** Steps over the text, if it stands here. */
  take (text: string): boolean {
    const seen = this.sees(text)
    if (seen) this.offset += text.length
    return seen
  }

  /** Steps over what a sticky pattern matches here; tells whether it does. */
  skip (pattern: RegExp): boolean {
    pattern.lastIndex = this.offset
    const matched = pattern.test(this.source.text)
    if (matched) this.offset = pattern.lastIndex
    return matched
  }

  /** Steps over what a sticky pattern matches here; empty when it does not. */
  match (pattern: RegExp): string {
    const start = this.offset
    return this.skip(pattern) ? this.source.text.slice(start, this.offset) : ''
  }

  /** Steps over blanks of this line; tells whether there were any. */
  skipBlanks (): boolean {
    return this.skip(blanks)
  }

  get atComment (): boolean {
    return this.here === '#' || (this.here === '/' && this.sees('//'))
  }

  /** Steps over white space, line ends and comments. */
  skipSpace (): void {
    for (;;) {
      this.skip(space)
      if (!this.atComment) return
      const end = this.source.text.indexOf('\n', this.offset)
      this.offset = end === -1 ? this.source.text.length : end
    }
  }

  /** What `look` finds from here on, without moving. */
  ahead<T> (look: () => T): T {
    const start = this.offset
    const found = look()
    this.offset = start
    return found
  }

  /** Refuses the text, at the cursor unless told another offset. */
  fail (what: string, { offset = this.offset, ...failure }: Failure & { readonly offset?: number } = {}): never {
    this.reading.fail(this.source.placeAt(offset), what, failure)
  }

  /** Refuses the character here. */
  unexpected (wanted: string, hint?: string): never {
    this.fail(`unexpected ${nameOf(this.source.text.codePointAt(this.offset))}: ${wanted}`, hint === undefined ? {} : { hint })
  }
}

function nameOf (codePoint: number | undefined): string {
  if (codePoint === undefined) return 'end of the file'
  if (codePoint === 0x0a) return 'end of the line'
  if (codePoint === 0x20 || codePoint === 0x09) return 'blank'
  const visible = codePoint > 0x20 && codePoint < 0x7f
  return visible ? `'${String.fromCodePoint(codePoint)}'` : `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`
}
