/** One text of a configuration: where its lines begin, and which of its parts hold secrets and are never shown. */
import { excerptOf } from './excerpt.ts'
import type { Place } from './tree.ts'

/** Keys whose values are secrets, in NanoMQ's sections and in headers. */
const secretName = /pass(?:word|wd|phrase)|secret|token|authorization/i
/** The same on a line that a forgotten quote has turned inside out, where keys can no longer be told from values. */
const secretOnLine = /(?:pass(?:word|wd|phrase)|secret|token|authorization)\w*"?\s*[=:{]/i

export function isSecretName (key: string): boolean {
  return secretName.test(key)
}

interface Span {
  readonly from: number
  to: number
}

export class Source {
  /** As places name it. */
  readonly file: string
  /** Absolute; what relative includes in this text are also looked for from. */
  readonly path: string
  readonly text: string
  readonly #lineStarts: number[] = [0]
  readonly #secrets: Span[] = []

  constructor (file: string, path: string, text: string) {
    this.file = file
    this.path = path
    this.text = text
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1)
  }

  placeAt (offset: number): Place {
    let low = 0
    let high = this.#lineStarts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#startOf(middle) <= offset) low = middle
      else high = middle - 1
    }
    return { file: this.file, line: low + 1, column: offset - this.#startOf(low) + 1 }
  }

  /** From here to {@link reveal}, or to the end when reading fails before, nothing is shown. */
  conceal (from: number): void {
    this.#secrets.push({ from, to: Infinity })
  }

  reveal (to: number): void {
    const open = this.#secrets.at(-1)
    if (open !== undefined) open.to = to
  }

  isConcealed (offset: number): boolean {
    const last = this.#secrets.at(-1)
    return last !== undefined && last.from <= offset && offset < last.to
  }

  /** The line of a place with a caret under its column; what is secret in it appears as asterisks. */
  excerpt (place: Place): string {
    const start = this.#startOf(place.line - 1)
    const next = this.#lineStarts[place.line]
    const line = this.text.slice(start, next).replace(/\r?\n$/, '')
    return excerptOf(this.#masked(line, start), place.column)
  }

  #startOf (index: number): number {
    return this.#lineStarts[index] ?? this.text.length
  }

  #masked (line: string, start: number): string {
    let shown = line
    for (const { from, to } of this.#secrets) {
      if (from >= start + line.length || to <= start) continue
      shown = mask(shown, Math.max(0, from - start), Math.min(line.length, to - start))
    }
    const named = secretOnLine.exec(shown)
    return named === null ? shown : mask(shown, named.index + named[0].length, shown.length)
  }
}

/** Blanks and tabs stay, so that the caret stays under its column. */
function mask (line: string, from: number, to: number): string {
  return line.slice(0, from) + line.slice(from, to).replace(/\S/g, '*') + line.slice(to)
}
