/** What is answered, in NanoMQ's form: `{ "code": 0, "data": … }`, or a code, and here words as well. */

/** NanoMQ's, as its clients know them. */
export const Code = {
  OK: 0,
  UNKNOWN_MISTAKE: 102,
  WRONG_USERNAME_OR_PASSWORD: 103,
  EMPTY_USERNAME_OR_PASSWORD: 104,
  MISSING_KEY: 107,
  REQUEST_PARAMETER: 108,
  JSON_FORMAT: 109,
  CLIENT_IS_OFFLINE: 112,
  ILLEGAL_SUBJECT: 115,
  TOKEN_EXPIRED: 116,
  HOCON_FORMAT: 117
} as const
export type Code = typeof Code[keyof typeof Code]

/** Ends a request with an answer that is not 200. */
export class Denial extends Error {
  readonly status: number
  readonly code: Code
  readonly hint: string

  constructor (status: number, code: Code, message: string, hint = '') {
    super(message)
    this.status = status
    this.code = code
    this.hint = hint
  }
}

export function failure ({ code, message, hint }: Pick<Denial, 'code' | 'message' | 'hint'>): object {
  return { code, message, ...(hint === '' ? {} : { hint }) }
}

/** JSON schema of `{ code: 0, data }`. */
export function answerOf (data: object): object {
  return { type: 'object', properties: { code: { type: 'integer' }, data }, required: ['code'], additionalProperties: true }
}

/** JSON schema of a list of things with at least these properties. */
export function listOf (properties: Readonly<Record<string, object>>): object {
  return { type: 'array', items: { type: 'object', properties, additionalProperties: true } }
}

/** JSON schema of a thing with at least these properties. */
export function thing (properties: Readonly<Record<string, object>>): object {
  return { type: 'object', properties, additionalProperties: true }
}

export const text = { type: 'string' } as const
export const whole = { type: 'integer' } as const
export const truth = { type: 'boolean' } as const
export const anything = {} as const
export const done = answerOf(anything)
