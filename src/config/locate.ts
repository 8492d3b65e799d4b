/** Which file: `--conf`, then `CAUSEWAY_CONF`, then `NANOMQ_CONF_PATH`, then where NanoMQ's packages put it. */
import { resolve } from 'node:path'
import type { Environment } from './environment.ts'

export const fallbackFile = '/etc/nanomq.conf'

export interface Location {
  readonly file: string
  /** What named it, for messages. */
  readonly by: '--conf' | 'CAUSEWAY_CONF' | 'NANOMQ_CONF_PATH' | 'default'
}

/** @param conf of the command line. An empty name is none. */
export function locateConfig (conf: string | undefined, cwd: string, environment: Environment): Location {
  const ways: readonly (readonly [Location['by'], string | undefined])[] = [
    ['--conf', conf],
    ['CAUSEWAY_CONF', environment['CAUSEWAY_CONF']],
    ['NANOMQ_CONF_PATH', environment['NANOMQ_CONF_PATH']]
  ]
  for (const [by, file] of ways) if (file !== undefined && file !== '') return { file: resolve(cwd, file), by }
  return { file: fallbackFile, by: 'default' }
}
