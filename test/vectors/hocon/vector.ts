import type { Plain } from '../../support/hocon.ts'

/** One row of the dialect: a text, and what it means or where and why it is refused. */
export interface Vector {
  /** The row, in words. */
  readonly row: string
  readonly text: string
  /** Names and contents of files beside the text. */
  readonly files?: Readonly<Record<string, string>>
  readonly value?: Plain
  /** `line:column: what`. */
  readonly error?: string
  /** `line:column` and the beginning of the message. */
  readonly warnings?: readonly string[]
}
