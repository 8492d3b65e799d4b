/** An error as a person needs it: what failed, what to do, and the code to look up. */
import { CausewayError, reasonOf } from '../errors.ts'
import { escapeControls } from '../readable-line.ts'
import type { CliIo } from './io.ts'

export function explain (thrown: unknown, io: Pick<CliIo, 'err' | 'terminal'>): void {
  const paint = (colour: string, text: string): string => io.terminal ? `\u001b[${colour}m${text}\u001b[0m` : text
  const lines = reasonOf(thrown).split('\n').map(escapeControls).join('\n')
  io.err.write(`${paint('31', 'causeway:')} ${lines}\n`)
  if (!(thrown instanceof CausewayError)) return
  if (thrown.hint !== '') io.err.write(`  ${paint('36', 'what to do:')} ${escapeControls(thrown.hint)}\n`)
  io.err.write(`  ${paint('90', `${thrown.code}, see docs/reference/errors.md`)}\n`)
}
