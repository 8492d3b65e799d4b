/** What can go wrong in the harness itself, apart from a target that measures badly. */
import { CausewayError, type ErrorDetail } from '../errors.ts'

export const benchCodes = {
  USAGE: 'CW_BENCH_USAGE',
  TARGET_MISSING: 'CW_BENCH_TARGET_MISSING',
  TARGET_START: 'CW_BENCH_TARGET_START',
  TARGET_CRASHED: 'CW_BENCH_TARGET_CRASHED',
  TARGET_MEMORY: 'CW_BENCH_TARGET_MEMORY',
  NO_BRIDGE: 'CW_BENCH_NO_BRIDGE',
  PORT_TAKEN: 'CW_BENCH_PORT_TAKEN',
  STATION: 'CW_BENCH_STATION',
  STOPPED: 'CW_BENCH_STOPPED'
} as const
export type BenchCode = typeof benchCodes[keyof typeof benchCodes]

export class BenchError extends CausewayError {
  constructor (code: BenchCode, message: string, detail: ErrorDetail = {}) {
    super(code, message, detail)
  }
}
