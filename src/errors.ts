/**
 * What every error of Causeway has: a class to catch by, a stable code to match on, the cause, and a hint for people.
 * Each layer derives its own class; each code has its entry in docs/reference/errors.md, which a test asserts.
 */

export interface ErrorDetail {
  /** What to do about it, in one sentence an operator can act on. */
  readonly hint?: string
  readonly cause?: unknown
}

/** Base of all errors thrown on purpose. The message says what was being tried with which file or host. */
export class CausewayError extends Error {
  /** Stable, upper case, prefixed `CW_`; never reused for another meaning. */
  readonly code: string
  readonly hint: string

  constructor (code: string, message: string, detail: ErrorDetail = {}) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = new.target.name
    this.code = code
    this.hint = detail.hint ?? ''
  }
}

/** The words of anything thrown, without its stack. */
export function reasonOf (thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
