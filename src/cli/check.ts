/** `causeway check`: what a configuration file means here, key by key, without starting anything. */
import { withMissingFiles } from '../config/certificate-files.ts'
import { locateConfig } from '../config/locate.ts'
import { inspectConfig } from '../config/load.ts'
import { renderReport, reportJson } from '../config/report.ts'
import { type CliIo, ExitCode } from './io.ts'

/** @throws ConfigError when the file can not be read */
export function check (options: { readonly conf?: string, readonly json?: boolean }, io: CliIo): ExitCode {
  const { file } = locateConfig(options.conf, io.cwd, io.environment)
  const inspected = inspectConfig({ file, cwd: io.cwd, environment: io.environment })
  const report = inspected.config === null ? inspected.report : withMissingFiles(inspected.config, inspected.report)
  if (options.json === true) io.out.write(JSON.stringify(reportJson(report), null, 2) + '\n')
  else io.out.write(renderReport(report, { colour: io.terminal, width: io.columns }))
  return report.problems.length > 0 ? ExitCode.USAGE : ExitCode.OK
}
