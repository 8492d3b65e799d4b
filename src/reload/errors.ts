/** What can keep a change of bridges from being made while the edge runs. */
import { CausewayError, type ErrorDetail } from '../errors.ts'

export const reloadCodes = {
  /** No bridge has that name, or no subscription that topic. */
  absent: 'CW_BRIDGE_ABSENT',
  /** A bridge has that name already. */
  exists: 'CW_BRIDGE_EXISTS',
  /** The remote does not take a connection with the new settings. */
  untaken: 'CW_BRIDGE_NOT_MOVED',
  /** The edge does not run on a file, or too much waits already. */
  unable: 'CW_BRIDGE_CHANGE_UNABLE'
} as const

/** Nothing was changed, or everything was put back. */
export class ReloadError extends CausewayError {
  constructor (code: typeof reloadCodes[keyof typeof reloadCodes], message: string, detail: ErrorDetail = {}) {
    super(code, message, detail)
  }
}
