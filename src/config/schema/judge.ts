/** Reads a node as a kind and lets zod judge what was read: all that is wrong with it is told at its key and place. */
import type { z } from 'zod/v3'
import type { HoconNode } from '../hocon/tree.ts'
import { isDisabled } from './key.ts'
import type { Kind } from './kind.ts'
import { Ledger } from './ledger.ts'
import { Reading } from './reading.ts'

/** @returns undefined when there is a problem, in this node or in the ledger before it */
export function judge<T> (kind: Kind<T>, node: HoconNode, reading: Reading): T | undefined {
  const judged = kind.schema().safeParse(kind.read(node, reading))
  for (const issue of judged.error?.issues ?? []) tell(issue, reading)
  return judged.success && reading.ledger.problems.length === 0 ? judged.data : undefined
}

function tell (issue: z.ZodIssue, reading: Reading): void {
  const at = reading.find(issue.path)
  // where reading told a problem, there is no value, and nothing more to say
  if (!reading.ledger.hasProblemAt(at.path)) at.refuse(issue.message, hintOf(issue))
}

function hintOf (issue: z.ZodIssue): string {
  const hint: unknown = issue.code === 'custom' ? issue.params?.['hint'] : undefined
  return typeof hint === 'string' ? hint : ''
}

/**
 * Blocks with `enable = false` are left out when something in them would be refused: a file that works in NanoMQ is not
 * refused for what is switched off in it.
 */
export function forgivenWhenDisabled<T> (kind: Kind<T>): Kind<T> {
  return {
    ...kind,
    read (node, reading) {
      if (!isDisabled(node) || node.kind !== 'object' || node.fields.size === 0) return kind.read(node, reading)
      const ledger = new Ledger(reading.ledger.cwd)
      const { path, place, given, about, name } = reading
      if (judge(kind, node, new Reading({ ledger, path, place, given, about, name })) !== undefined) return kind.read(node, reading)
      reading.ledger.hide(node)
      reading.ledger.entries.push(...ledger.entries.map(entry => ({ ...entry, fate: 'no effect' as const })))
      for (const warning of ledger.warnings) reading.ledger.warn(warning)
      for (const problem of ledger.problems) reading.ledger.warn({ ...problem, message: `${problem.message}; left out, as it is disabled` })
      return undefined
    }
  }
}
