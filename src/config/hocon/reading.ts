/** One reading of a configuration: its texts, its warnings, and how much it may still take in. Every failure starts here, with its line. */
import { configCodes } from '../errors.ts'
import { ConfigSyntaxError } from './syntax-error.ts'
import { Source } from './source.ts'
import type { DecodedText } from './text.ts'
import type { ErrorDetail } from '../../errors.ts'
import type { HoconLimits } from './limits.ts'
import type { Place } from './tree.ts'
import type { SyntaxCode } from './syntax-error.ts'

export interface HoconWarning {
  readonly place: Place
  /** Never holds a value of the configuration. */
  readonly message: string
  /** Of the value that another block gave to the same key, and that does not count; null: it is about something else. */
  readonly overrides: Place | null
}

export interface Failure extends ErrorDetail {
  /** A fault of syntax unless told. */
  readonly code?: SyntaxCode
}

export class Reading {
  readonly limits: HoconLimits
  readonly warnings: HoconWarning[] = []
  /** Absolute, in the order of reading. */
  readonly files: Set<string> = new Set<string>()
  readonly #sources = new Map<string, Source>()
  #bytes = 0
  #nodes = 0

  constructor (limits: HoconLimits) {
    this.limits = limits
  }

  /** Takes in a text; nothing of a secret one is ever shown. Two files of one name are told apart by their paths. */
  open (name: string, path: string, { text, flaw }: DecodedText, secret = false): Source {
    const named = this.#sources.get(name)
    // once more the same: what was secret in it stays so
    if (named?.path === path && named.text === text && !secret) return named
    const source = new Source(named === undefined || named.path === path ? name : path, path, text)
    this.#sources.set(source.file, source)
    if (secret) source.conceal(0)
    if (flaw !== null) this.fail(source.placeAt(flaw.offset), flaw.what, { code: configCodes.encoding, hint: 'Save the file as UTF-8.' })
    return source
  }

  /** The line of a place with a caret; empty for a place of no text that was read. */
  excerpt (place: Place): string {
    return this.#sources.get(place.file)?.excerpt(place) ?? ''
  }

  warn (place: Place, message: string, overrides: Place | null = null): void {
    const left = this.limits.maxWarnings - this.warnings.length
    if (left > 0) this.warnings.push({ place, message: left === 1 ? 'there are more warnings than are shown' : message, overrides })
  }

  fail (place: Place, what: string, { code = configCodes.syntax, ...detail }: Failure = {}): never {
    throw new ConfigSyntaxError({ code, place, what, excerpt: this.excerpt(place), ...detail })
  }

  exceed (place: Place, what: string): never {
    this.fail(place, what, { code: configCodes.limit, hint: 'Split the configuration, or look for what repeats in it.' })
  }

  /** The depth counts the objects and arrays around the one that begins here, and it. */
  checkDepth (at: { readonly place: Place }, depth: number): void {
    if (depth > this.limits.maxDepth) this.exceed(at.place, `objects and arrays more than ${this.limits.maxDepth} deep`)
  }

  /** One more value of the text. */
  countNode (at: { readonly place: Place }): void {
    if (++this.#nodes > this.limits.maxNodes) this.exceed(at.place, `more than ${this.limits.maxNodes} values`)
  }

  countBytes (place: Place, bytes: number): void {
    const { maxFileBytes, maxTotalBytes } = this.limits
    if (bytes > maxFileBytes) this.exceed(place, `the file is larger than ${maxFileBytes} bytes`)
    this.#bytes += bytes
    if (this.#bytes > maxTotalBytes) this.exceed(place, `the files together are larger than ${maxTotalBytes} bytes`)
  }
}
