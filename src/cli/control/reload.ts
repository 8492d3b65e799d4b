/** `causeway reload`: a running edge reads its configuration again. */
import { outcomeText } from '../../reload/outcome-text.ts'
import type { ReloadOutcome } from '../../reload/outcome.ts'
import { type CliIo, ExitCode } from '../io.ts'
import { controlClient, type ControlOptions } from './control-client.ts'

/** @throws CliError when it was refused, with what was in the way; nothing was applied then. ConfigError */
export async function reloadRunning (options: ControlOptions & { readonly json?: boolean }, io: CliIo): Promise<ExitCode> {
  const outcome = await controlClient(options, io).ask('POST', '/api/v4/reload') as ReloadOutcome
  io.out.write(options.json === true ? `${JSON.stringify(outcome, null, 2)}\n` : outcomeText(outcome))
  return ExitCode.OK
}
