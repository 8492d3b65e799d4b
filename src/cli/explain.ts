/** What failed, what to do, and the code to look up: as a person needs it, or as a script does. */
import { CausewayError, reasonOf } from '../errors.ts'
import { escapeControls } from '../control-characters.ts'
import { CliError, cliCodes } from './errors.ts'
import type { CliIo } from './io.ts'

export function explain (thrown: unknown, io: Pick<CliIo, 'err' | 'terminal'>): void {
  const paint = (colour: string, text: string): string => io.terminal ? `\u001b[${colour}m${text}\u001b[0m` : text
  const lines = reasonOf(thrown).split('\n').map(escapeControls).join('\n')
  io.err.write(`${paint('31', 'causeway:')} ${lines}\n`)
  if (!(thrown instanceof CausewayError)) return
  if (thrown.hint !== '') io.err.write(`  ${paint('36', 'what to do:')} ${escapeControls(thrown.hint)}\n`)
  io.err.write(`  ${paint('90', `${thrown.code}, see docs/reference/errors.md`)}\n`)
}

/** One line of JSON. What was thrown by accident has no code of ours. */
export function explainAsJson (thrown: unknown, { err }: Pick<CliIo, 'err'>): void {
  const { code, hint } = thrown instanceof CausewayError ? thrown : { code: '', hint: '' }
  err.write(JSON.stringify({ code, message: reasonOf(thrown), hint }) + '\n')
}

/** What commander says of a line that it does not understand. */
export function usageError (message: string): CliError {
  const isHelp = message.startsWith('(')
  return new CliError(cliCodes.usage, isHelp ? 'what to do is missing' : message.replace(/^error: /, ''), { hint: 'causeway --help shows the verbs, causeway VERB --help their options' })
}
