/** What can be wrong with a spool. */
import { CausewayError, type ErrorDetail } from '../errors.ts'

export const spoolCodes = {
  /** Another process has the directory. */
  LOCKED: 'CW_SPOOL_LOCKED',
  /** Written by a version of Causeway that this one does not understand. */
  VERSION: 'CW_SPOOL_VERSION',
  /** The directory can not be made, listed, read or written. */
  UNUSABLE: 'CW_SPOOL_UNUSABLE'
} as const

export class SpoolError extends CausewayError {
  constructor (code: typeof spoolCodes[keyof typeof spoolCodes], message: string, detail: ErrorDetail = {}) {
    super(code, message, detail)
  }
}
