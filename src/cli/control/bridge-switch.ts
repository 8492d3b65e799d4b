/** `causeway bridge enable` and `disable`: starts or stops a bridge of a running edge. */
import { escapeControls } from '../../control-characters.ts'
import { type CliIo, ExitCode } from '../io.ts'
import { controlClient, type ControlOptions } from './control-client.ts'

interface Switched {
  readonly holds: string
  readonly changes: readonly { readonly part: string, readonly what: string }[]
}

/** @throws CliError when there is no such bridge, or what it is to become is not valid; ConfigError */
export async function switchBridge (name: string, enable: boolean, options: ControlOptions & { readonly json?: boolean }, io: CliIo): Promise<ExitCode> {
  const answer = await controlClient(options, io).ask('POST', `/api/v4/bridges/switch/${encodeURIComponent(name)}`, { data: { bridge_switch: enable } }) as Switched
  if (options.json === true) io.out.write(JSON.stringify(answer, null, 2) + '\n')
  else io.out.write(linesOf(answer, name, enable).map(line => `${escapeControls(line)}\n`).join(''))
  return ExitCode.OK
}

function linesOf ({ changes, holds }: Switched, name: string, enable: boolean): readonly string[] {
  if (changes.length === 0) return [`bridge ${name} is ${enable ? 'enabled' : 'disabled'} already`]
  return [...changes.map(({ part, what }) => `${part}: ${what}`), `This holds ${holds}`]
}
