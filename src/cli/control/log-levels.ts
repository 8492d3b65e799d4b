/** `causeway log`: what a running edge says, and changing that. */
import type { LogLevels } from '../../logger.ts'
import { escapeControls } from '../../control-characters.ts'
import { type CliIo, ExitCode } from '../io.ts'
import { controlClient, type ControlOptions } from './control-client.ts'

/** @param change null: only shown. @throws CliError for a part or level that is not; ConfigError */
export async function logOfRunning (change: { readonly level: string, readonly component: string | null } | null, options: ControlOptions & { readonly json?: boolean }, io: CliIo): Promise<ExitCode> {
  const client = controlClient(options, io)
  const levels = await (change === null ? client.ask('GET', '/api/v1/log') : client.ask('PUT', '/api/v1/log', bodyOf(change))) as LogLevels
  if (options.json === true) io.out.write(JSON.stringify(levels, null, 2) + '\n')
  else io.out.write([`all: ${levels.level}`, ...Object.entries(levels.components).map(([name, level]) => `${name}: ${level}`)].map(line => `${escapeControls(line)}\n`).join(''))
  return ExitCode.OK
}

function bodyOf ({ level, component }: { readonly level: string, readonly component: string | null }): object {
  return component === null ? { level } : { components: { [component]: level === 'default' ? null : level } }
}
