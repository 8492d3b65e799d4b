/** `causeway trust`: dials the remotes of a configuration as its bridges would and says what would happen, without a byte of MQTT. */
import { resolve } from 'node:path'
import { atEachServer } from '../bridge/link/each-server.ts'
import { loadConfig } from '../config/load.ts'
import { locateConfig } from '../config/locate.ts'
import type { BridgeConfig } from '../config/model.ts'
import { type CliIo, ExitCode } from './io.ts'
import { about, type RemoteVerdict, renderVerdict, verdictOn } from './remote-verdict.ts'

export interface VerifyOptions {
  readonly conf?: string
  /** A file in the place of every `cacertfile`. */
  readonly candidate?: string
  readonly json?: boolean
}

/**
 * Exit code 1 unless every remote with TLS was reached, and it and the files accept each other.
 * @throws ConfigError for exit code 2
 */
export async function verifyTrust (options: VerifyOptions, io: CliIo): Promise<ExitCode> {
  const { file } = locateConfig(options.conf, io.cwd, io.environment)
  const { config } = loadConfig({ file, cwd: io.cwd, environment: io.environment })
  const candidate = options.candidate === undefined ? null : resolve(io.cwd, options.candidate)
  const bridges = config.bridges.filter(({ enable }) => enable).flatMap(atEachServer)
  const verdicts = await Promise.all(bridges.map(async bridge => bridge.tls === null ? withoutTls(bridge) : verdictOn(bridge, candidate, io.stop)))
  if (options.json === true) io.out.write(JSON.stringify(verdicts, null, 2) + '\n')
  else for (const verdict of verdicts) io.out.write(renderVerdict(verdict, io.terminal))
  if (verdicts.length === 0 && options.json !== true) io.out.write('no bridge is enabled in this configuration\n')
  return verdicts.every(({ verdict }) => verdict === 'accepted' || verdict === 'no tls') ? ExitCode.OK : ExitCode.FAILURE
}

function withoutTls (config: BridgeConfig): RemoteVerdict {
  return { ...about(config), verdict: 'no tls', reason: 'this bridge does not use TLS' }
}
