/** `causeway check`: what a configuration file means here, key by key, without starting anything. */
import { resolve } from 'node:path'
import { withMissingFiles } from '../config/certificate-files.ts'
import { locateConfig } from '../config/locate.ts'
import { inspectConfig, type InspectedConfig, loadConfig } from '../config/load.ts'
import { renderReport, reportJson } from '../config/report.ts'
import type { Config } from '../config/model.ts'
import type { ReloadOutcome } from '../reload/outcome.ts'
import { outcomeText } from '../reload/outcome-text.ts'
import { planReload } from '../reload/plan.ts'
import { atEachServer } from '../bridge/link/each-server.ts'
import { type CliIo, ExitCode } from './io.ts'
import { connectVerdict, type RemoteVerdict, renderVerdict } from './remote-verdict.ts'

export interface CheckOptions {
  readonly conf?: string
  readonly json?: boolean
  /** The file that runs: says what a reload from it would do. */
  readonly against?: string
  /** Dials every remote too, and says CONNECT. */
  readonly connect?: boolean
  /** The client id of that CONNECT. @default the bridge's with `-check` behind it */
  readonly as?: string
}

/** @throws ConfigError when a file can not be read, or the one that runs is not valid */
// eslint-disable-next-line complexity -- one step after the other, each may end it
export async function check (options: CheckOptions, io: CliIo): Promise<ExitCode> {
  const { file } = locateConfig(options.conf, io.cwd, io.environment)
  const inspected = inspectConfig({ file, cwd: io.cwd, environment: io.environment })
  const report = inspected.config === null ? inspected.report : withMissingFiles(inspected.config, inspected.report)
  if (options.against !== undefined && inspected.config !== null) return compare(options.against, { ...inspected, config: inspected.config }, options.json === true, io)
  const verdicts = options.connect === true && report.problems.length === 0 ? await dialAll(inspected.config, options.as ?? null, io) : null
  if (options.json === true) io.out.write(JSON.stringify({ ...reportJson(report), ...(verdicts === null ? {} : { remotes: verdicts }) }, null, 2) + '\n')
  else io.out.write(renderReport(report, { colour: io.terminal, width: io.columns }) + (verdicts === null ? '' : `\nremotes\n${verdicts.map(verdict => renderVerdict(verdict, io.terminal)).join('')}`))
  if (report.problems.length > 0) return ExitCode.USAGE
  return (verdicts ?? []).every(({ verdict }) => verdict === 'accepted') ? ExitCode.OK : ExitCode.FAILURE
}

async function dialAll (config: Config | null, clientId: string | null, io: CliIo): Promise<readonly RemoteVerdict[]> {
  return Promise.all((config?.bridges ?? []).filter(({ enable }) => enable).flatMap(atEachServer).map(async bridge => connectVerdict(bridge, clientId, io.stop)))
}

function compare (against: string, after: InspectedConfig & { readonly config: Config }, asJson: boolean, io: CliIo): ExitCode {
  const before = loadConfig({ file: resolve(io.cwd, against), cwd: io.cwd, environment: io.environment })
  const plan = planReload(before, after)
  const outcome: ReloadOutcome = plan.kind === 'changes' ? { kind: 'applied', changes: plan.told } : plan
  io.out.write(asJson ? JSON.stringify(outcome, null, 2) + '\n' : outcomeText(outcome))
  return outcome.kind === 'refused' ? ExitCode.USAGE : ExitCode.OK
}
