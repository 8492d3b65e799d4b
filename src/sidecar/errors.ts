/** What goes wrong between a sidecar and the broker it sits beside, apart from what can happen to any link. */
import { CausewayError, type ErrorDetail } from '../errors.ts'

export const sidecarCodes = {
  full: 'CW_SIDECAR_FULL'
} as const
export type SidecarCode = typeof sidecarCodes[keyof typeof sidecarCodes]

export class SidecarError extends CausewayError {
  declare readonly code: SidecarCode

  constructor (code: SidecarCode, message: string, detail: ErrorDetail = {}) {
    super(code, message, detail)
  }
}
