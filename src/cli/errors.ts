/** What can keep a verb from doing its work, beside what the layers below say. */
import { CausewayError, type ErrorDetail } from '../errors.ts'

export const cliCodes = {
  /** A verb, option or argument that there is not, or one that is missing. */
  usage: 'CW_CLI_USAGE',
  /** The log file can not be written. */
  logFile: 'CW_LOG_FILE',
  /** No running edge answers at its control socket. */
  controlUnreachable: 'CW_CONTROL_UNREACHABLE',
  /** The running edge does not do what it was asked to. */
  controlRefused: 'CW_CONTROL_REFUSED',
  /** A port that the quickstart needs is taken. */
  portTaken: 'CW_QUICKSTART_PORT'
} as const

export class CliError extends CausewayError {
  constructor (code: typeof cliCodes[keyof typeof cliCodes], message: string, detail: ErrorDetail = {}) {
    super(code, message, detail)
  }
}
