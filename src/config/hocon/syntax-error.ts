/** A configuration text that can not be read, with the place and the line to show for it. */
import { ConfigError } from '../errors.ts'
import type { configCodes } from '../errors.ts'
import type { ErrorDetail } from '../../errors.ts'
import type { Place } from './tree.ts'

export type SyntaxCode = typeof configCodes[Exclude<keyof typeof configCodes, 'unreadable'>]

export interface SyntaxFault extends ErrorDetail {
  readonly code: SyntaxCode
  readonly place: Place
  /** What is wrong, in words; never holds a value of the configuration, which could be a secret. */
  readonly what: string
  readonly excerpt: string
}

/** The message is `file:line:column: what`. */
export class ConfigSyntaxError extends ConfigError {
  readonly place: Place
  /** The line in question with a caret below it, secrets masked, controls escaped; for a terminal. */
  readonly excerpt: string

  constructor ({ code, place, what, excerpt, ...detail }: SyntaxFault) {
    super(code, `${place.file}:${place.line}:${place.column}: ${what}`, detail)
    this.place = place
    this.excerpt = excerpt
  }
}
