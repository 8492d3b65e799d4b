/** What can go wrong with the database of sessions and retained messages. */
import { CausewayError } from '../../errors.ts'
import type { ErrorDetail } from '../../errors.ts'

export const persistenceErrorCodes = {
  /** Another process has it open. */
  LOCKED: 'CW_PERSISTENCE_LOCKED',
  /** What is in it can not be read. */
  CORRUPT: 'CW_PERSISTENCE_CORRUPT',
  /** Written by another version, or by something else. */
  VERSION: 'CW_PERSISTENCE_VERSION',
  /** It can not be opened: no permission, no directory, no space. */
  OPEN: 'CW_PERSISTENCE_OPEN',
  /** Writing failed; the message is logged, the broker serves on from memory. */
  WRITE: 'CW_PERSISTENCE_WRITE',
  /** As many sessions are stored, or subscriptions of a session, as there may be. */
  LIMIT: 'CW_PERSISTENCE_LIMIT'
} as const
export type PersistenceErrorCode = typeof persistenceErrorCodes[keyof typeof persistenceErrorCodes]

export class PersistenceError extends CausewayError {
  constructor (code: PersistenceErrorCode, message: string, detail: ErrorDetail = {}) {
    super(code, message, detail)
  }
}
