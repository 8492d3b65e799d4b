/** What is said and what is not, for each part of the program; it may change at any time and holds for all loggers at once. */

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const
export type LogLevel = typeof logLevels[number]

/** Parts that may have a level of their own. */
export const logComponents = ['broker', 'bridge', 'trust', 'reload', 'admin', 'notify'] as const

export interface LogLevels {
  readonly level: LogLevel
  /** By component, or by `bridge:NAME`; the others have {@link level}. */
  readonly components: Readonly<Record<string, LogLevel>>
}

/** Whose lines they are. */
export interface LogScope {
  readonly component: string | null
  readonly bridge: string | null
}

/** Of a bridge, of a part, of all: the first that is there. */
export class Thresholds {
  #levels: LogLevels
  /** Another number when the levels are others. */
  version = 0

  constructor (levels: LogLevels) {
    this.#levels = levels
  }

  get levels (): LogLevels { return this.#levels }

  set levels (levels: LogLevels) {
    this.#levels = levels
    this.version++
  }

  /** Place in {@link logLevels} of the least that is said. */
  leastOf ({ component, bridge }: LogScope): number {
    const { level, components } = this.#levels
    const own = bridge === null ? undefined : components[`bridge:${bridge}`]
    return logLevels.indexOf(own ?? (component === null ? undefined : components[component]) ?? level)
  }
}
