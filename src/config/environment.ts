/** The one place that reads the process environment; everything else is handed what it may see. */

export type Environment = Readonly<Record<string, string | undefined>>

export function readEnvironment (): Environment {
  return Object.freeze({ ...process.env })
}

/** Of NanoMQ's variables, the one that has an effect here. */
const known: readonly string[] = ['NANOMQ_CONF_PATH']

/** Variables that would configure NanoMQ in a container and do nothing here. */
export function ineffectiveVariables (environment: Environment): readonly string[] {
  return Object.keys(environment).filter(name => name.startsWith('NANOMQ_') && !known.includes(name)).sort()
}
