/** What can be wrong with users, rules and the authorization server as they are configured. */
import { CausewayError } from '../../errors.ts'
import type { ErrorDetail } from '../../errors.ts'

export const authErrorCodes = {
  /** A password that starts with `scrypt$` is no such hash, or asks for more than it may. */
  HASH: 'CW_AUTH_HASH',
  /** A rule can not be compiled: an address or a topic filter is none. */
  RULE: 'CW_AUTH_RULE',
  /** A request of http_auth can not be made from its URL or headers. */
  HTTP: 'CW_AUTH_HTTP'
} as const
export type AuthErrorCode = typeof authErrorCodes[keyof typeof authErrorCodes]

export class AuthError extends CausewayError {
  constructor (code: AuthErrorCode, message: string, detail: ErrorDetail = {}) {
    super(code, message, detail)
  }
}
