/** What can be wrong with a configuration, from a file that can not be read to a value that is refused. */
import { CausewayError } from '../errors.ts'

/** Every code of this layer; each has its entry in docs/reference/errors.md. */
export const configCodes = {
  unreadable: 'CW_CONFIG_UNREADABLE',
  encoding: 'CW_CONFIG_ENCODING',
  syntax: 'CW_CONFIG_SYNTAX',
  include: 'CW_CONFIG_INCLUDE',
  substitution: 'CW_CONFIG_SUBSTITUTION',
  limit: 'CW_CONFIG_LIMIT'
} as const

/** Base of what this layer throws: the configuration is at fault, not the program or the network. */
export class ConfigError extends CausewayError {}
