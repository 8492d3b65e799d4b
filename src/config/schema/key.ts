/** The rows of the tables: keys that work, keys that do nothing, keys that are refused. */
import type { HoconNode } from '../hocon/tree.ts'
import type { Key, Kind, OtherKey, Refusal } from './kind.ts'
import type { Reading } from './reading.ts'

interface Common {
  readonly says: string
  readonly also?: readonly string[]
  readonly ours?: boolean
  readonly secret?: boolean
  readonly nanomq?: string
  readonly refusal?: Refusal
}

/** A key with a default. */
export function works<T> (key: string, kind: Kind<T>, row: Common & { readonly or: T, readonly shown?: string }): Key<T> {
  const { or: value, shown = value === null ? 'none' : kind.show(value) } = row
  return { ...settled(key, row), kind, fallback: { kind: 'value', value, shown } }
}

/** A key that has to be there. */
export function required<T> (key: string, kind: Kind<T>, row: Common): Key<T> {
  return { ...settled(key, row), kind, fallback: { kind: 'required' } }
}

/** A block whose defaults hold when it is not there. */
export function block<T> (key: string, kind: Kind<T>, row: Common): Key<T> {
  return { ...settled(key, row), kind, fallback: { kind: 'block' } }
}

/** What is not written as a key: the name or the place of a block. */
export function context<T> (kind: Kind<T>, take: (reading: Reading) => T): Key<T> {
  return { ...settled('', { says: '' }), kind, fallback: { kind: 'context', take } }
}

function settled (key: string, row: Common): Omit<Key<never>, 'kind' | 'fallback'> {
  const { says, also = [], ours = false, secret = false, nanomq = '', refusal = null } = row
  return { key, says, also, ours, secret, nanomq, refusal }
}

interface OtherRow {
  readonly says: string
  readonly ours?: boolean
  readonly remedy?: string
  readonly harmless?: OtherKey['harmless']
  readonly inner?: OtherKey['inner']
}

/** A key of NanoMQ's that has no effect here; one who writes it is told so. */
export function inert (key: string, type: string, row: string | OtherRow): OtherKey {
  return other(key, type, 'no effect', typeof row === 'string' ? { says: row } : row)
}

/** A key that may not be there, since leaving it out silently would be unsafe or lose messages. */
export function refused (key: string, type: string, row: OtherRow): OtherKey {
  return other(key, type, 'refused', row)
}

function other (key: string, type: string, fate: OtherKey['fate'], row: OtherRow): OtherKey {
  const { says, ours = false, remedy = '', harmless = () => false, inner = [] } = row
  return { key, type, fate, says, ours, remedy, harmless, inner }
}

/** A block with `enable = false`, or an empty one. */
export function isDisabled (node: HoconNode): boolean {
  if (node.kind === 'array') return node.items.length === 0
  if (node.kind !== 'object') return false
  const enable = node.fields.get('enable')?.value
  return node.fields.size === 0 || (enable?.kind === 'scalar' && enable.text.toLowerCase() === 'false')
}

/** A block of named blocks that are all disabled. */
export function areDisabled (node: HoconNode): boolean {
  if (node.kind !== 'object') return isDisabled(node)
  return [...node.fields.values()].every(field => isDisabled(field.value))
}
