/** `causeway check`: what a configuration file means here, key by key, without starting anything. */
import { locateConfig } from '../config/locate.ts'
import { inspectConfig } from '../config/load.ts'
import { renderReport, reportJson } from '../config/report.ts'
import { type CliIo, ExitCode } from './io.ts'

/** @throws ConfigError when the file can not be read */
export function check (options: { readonly conf?: string, readonly json?: boolean }, io: CliIo): ExitCode {
  const { file } = locateConfig(options.conf, io.cwd, io.environment)
  const { config, report } = inspectConfig({ file, cwd: io.cwd, environment: io.environment })
  if (options.json === true) io.out.write(JSON.stringify(reportJson(report), null, 2) + '\n')
  else io.out.write(renderReport(report, { colour: io.terminal, width: io.columns }))
  return config === null ? ExitCode.USAGE : ExitCode.OK
}
