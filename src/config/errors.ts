/** What can be wrong with a configuration, from a file that can not be read to a value that is refused. */
import { CausewayError } from '../errors.ts'
import type { ConfigReport } from './report.ts'
import { showNotice } from './notice.ts'

/** Every code of this layer; each has its entry in docs/reference/errors.md. */
export const configCodes = {
  unreadable: 'CW_CONFIG_UNREADABLE',
  encoding: 'CW_CONFIG_ENCODING',
  syntax: 'CW_CONFIG_SYNTAX',
  include: 'CW_CONFIG_INCLUDE',
  substitution: 'CW_CONFIG_SUBSTITUTION',
  limit: 'CW_CONFIG_LIMIT',
  invalid: 'CW_CONFIG_INVALID'
} as const

/** Base of what this layer throws: the configuration is at fault, not the program or the network. */
export class ConfigError extends CausewayError {}

/** The file can be read, and something in it is refused. The message has every problem on a line of its own. */
export class ConfigInvalidError extends ConfigError {
  readonly report: ConfigReport

  constructor (report: ConfigReport) {
    const { file, problems } = report
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`
    const lines = problems.map(problem => `  ${showNotice(problem)}`)
    super(configCodes.invalid, [`${file}: ${count}`, ...lines].join('\n'), { hint: `causeway check --conf ${file} shows every key` })
    this.report = report
  }
}
