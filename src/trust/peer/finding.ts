/** Why a remote is not accepted, before it is put into an error. */
import type { HandshakeCode } from '../errors.ts'

export interface Finding {
  readonly code: HandshakeCode
  /** Follows "HOST:PORT ". */
  readonly words: string
  readonly hint: string
}
