/** What can keep the administration from being reached. */
import { CausewayError, type ErrorDetail } from '../errors.ts'

export const adminCodes = {
  /** The port of `http_server` can not be opened. */
  listen: 'CW_HTTP_LISTEN',
  /** Certificate, key or the key that tokens are verified with can not be read. */
  key: 'CW_HTTP_KEY',
  /** The control socket can not be made. */
  control: 'CW_CONTROL_SOCKET'
} as const

export class AdminError extends CausewayError {
  constructor (code: typeof adminCodes[keyof typeof adminCodes], message: string, detail: ErrorDetail = {}) {
    super(code, message, detail)
  }
}
