/** What came of a reload, or would come of one, in lines for people. */
import { showNotice } from '../config/notice.ts'
import { escapeControls } from '../control-characters.ts'
import type { ChangedKey, ReloadOutcome } from './outcome.ts'

/** Each line ends with a newline. */
export function outcomeText (outcome: ReloadOutcome): string {
  return linesOf(outcome).map(line => `${escapeControls(line)}\n`).join('')
}

function linesOf (outcome: ReloadOutcome): readonly string[] {
  switch (outcome.kind) {
    case 'unchanged': return ['nothing changes']
    case 'refused': return ['refused: these keys need a restart', ...outcome.keys.map(keyLine)]
    case 'invalid': return ['not valid', ...outcome.problems.map(problem => `  ${showNotice(problem)}`)]
    case 'applied': return outcome.changes.flatMap(({ part, what, keys }) => [`${part}: ${what}`, ...keys.map(keyLine)])
  }
}

function keyLine ({ key, before, after }: ChangedKey): string {
  return `  ${key}: ${before === '' ? 'none' : before} -> ${after === '' ? 'none' : after}`
}
