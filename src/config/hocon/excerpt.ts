/** A line of a text with a caret under one column, fit for a terminal: cut to a width, nothing in it can move the cursor. */
import { escapeControls } from '../../control-characters.ts'

/** Columns shown; with file and line number before it the whole fits a terminal of 100. */
const width = 72
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u
const mark = /\p{Mn}|\p{Me}|\u200d|\ufe0f/u

interface Cell {
  readonly shown: string
  readonly columns: number
}

function cellOf (character: string): Cell {
  if (character === '\t') return { shown: '    ', columns: 4 }
  const shown = escapeControls(character)
  if (shown !== character) return { shown, columns: shown.length }
  if (mark.test(character)) return { shown, columns: 0 }
  return { shown, columns: wide.test(character) ? 2 : 1 }
}

/** The cells nearest to the gap that fit into `room` columns, in reading order, with an ellipsis where some are left out. */
function nearest (characters: Iterable<string>, room: number): { readonly cells: Cell[], readonly cut: boolean } {
  const cells: Cell[] = []
  for (const character of characters) {
    const cell = cellOf(character)
    room -= cell.columns
    if (room < 0) return { cells, cut: true }
    cells.push(cell)
  }
  return { cells, cut: false }
}

/** Two lines without a final newline: the text around the column (which counts UTF-16 units from 1), and the caret. */
export function excerptOf (line: string, column: number): string {
  // no more than this can be shown, so a line of a megabyte costs no more than a short one
  const before = Array.from(line.slice(Math.max(0, column - 1 - width * 2), column - 1)).reverse()
  const after = Array.from(line.slice(column - 1, column - 1 + width * 2))
  const left = nearest(before, Math.floor(width * 2 / 3))
  const leftColumns = left.cells.reduce((sum, cell) => sum + cell.columns, 0)
  const right = nearest(after, width - leftColumns)
  const text = (cells: readonly Cell[]) => cells.map(cell => cell.shown).join('')
  const head = left.cut ? '…' : ''
  const shown = head + text(left.cells.toReversed()) + text(right.cells) + (right.cut ? '…' : '')
  return `${shown.trimEnd()}\n${' '.repeat(head.length + leftColumns)}^`
}
