/** Kinds of several values: lists, lists of blocks, named blocks, tables of text. */
import { z } from 'zod/v3'
import type { HoconField, HoconNode, HoconObject } from '../hocon/tree.ts'
import { readText } from '../readers/text.ts'
import type { Kind } from './kind.ts'
import type { Entry } from './ledger.ts'
import { isNothing, nameOf } from './node.ts'
import type { Reading } from './reading.ts'
import { pathOf } from './section.ts'

/** A list of single values. One value in place of a list is a list of one. */
export function list<T> (kind: Kind<T>): Kind<readonly T[]> {
  const show = (values: unknown): string => Array.isArray(values) ? `[${values.map(kind.show).join(', ')}]` : kind.show(values)
  return {
    type: `list of ${kind.type}`,
    unit: kind.unit,
    schema: () => z.array(kind.schema()),
    show,
    inner: null,
    read (node, reading) {
      const values = readItems(kind, node, reading)
      reading.show(show(values.filter(value => value !== undefined)))
      return values
    }
  }
}

/** A list of blocks; each block is shown by its keys. */
export function blocks<T> (kind: Kind<T>): Kind<readonly T[]> {
  return {
    type: 'list of blocks',
    unit: '',
    schema: () => z.array(kind.schema()),
    show: values => Array.isArray(values) && values.length === 0 ? 'none' : '[ … ]',
    inner: kind.inner === null ? null : { ...kind.inner, suffix: '[ ]' },
    read: (node, reading) => readItems(kind, node, reading)
  }
}

/** A list is one entry of the table, a list of blocks has one for each key that is written. */
function keepEntries (entries: Entry[], from: number, isBlock: boolean): void {
  const kept = isBlock ? entries.slice(from).filter(entry => entry.place !== null) : []
  entries.splice(from, entries.length - from, ...kept)
}

function readItems (kind: Kind<unknown>, node: HoconNode, reading: Reading): readonly unknown[] {
  const items = node.kind === 'array' ? node.items : [node]
  if (node.kind !== 'array') reading.lenient(`${nameOf(node)} in place of a list`, 'a list of one')
  return items.map((item, i) => {
    const entries = reading.ledger.entries
    const before = entries.length
    const value = kind.read(item, reading.step(i, { path: `${reading.path}[${i}]`, place: item.place, about: reading.about }))
    keepEntries(entries, before, kind.inner !== null)
    return value
  })
}

/** Each bridge is a connection; a file with more is a mistake, or means harm. */
const mostNamed = 1000

/**
 * Blocks by name, in the order of the file.
 * @param reserved names that are none: they are keys beside the blocks, read by whoever reads the block around
 */
export function named<T> (kind: Kind<T>, reserved: readonly string[] = []): Kind<readonly T[]> {
  return {
    ...blocks(kind),
    type: 'named blocks',
    inner: kind.inner === null ? null : { ...kind.inner, suffix: '.NAME' },
    read (node, reading) {
      if (node.kind !== 'object') return reading.refuse(`must be named blocks { NAME { … } }, not ${nameOf(node)}`)
      if (node.fields.size > mostNamed) return reading.refuse(`are more than ${mostNamed}`)
      const values: unknown[] = []
      for (const [word, field] of node.fields) {
        if (reserved.includes(word)) continue
        const value = readNamed(kind, field, reading, values.length)
        if (value !== undefined) values.push(value)
      }
      return values
    }
  }
}

export function readNamed (kind: Kind<unknown>, field: HoconField, reading: Reading, index: number): unknown {
  const step = reading.step(index, { path: pathOf(reading.path, field.key), place: field.place, name: field.key })
  const fault = faultOfName(field.key)
  return fault === null ? kind.read(field.value, step) : step.refuse(fault)
}

/** A name becomes a level of a topic, a label of a metric and part of a file name. */
function faultOfName (name: string): string | null {
  if (name.length > 128) return 'the name is longer than 128 characters'
  return /^[\p{L}\p{N}_.@-]+$/u.test(name) && !/^\.+$/.test(name) ? null : 'the name may hold letters, digits and _ . @ - only'
}

/** A block of free names with texts; what is secret in it stays out of every table and message. */
export function texts (): Kind<Readonly<Record<string, string>>> {
  return {
    type: 'block of strings',
    unit: '',
    schema: () => z.custom<Readonly<Record<string, string>>>(),
    show: () => 'none',
    inner: null,
    read (node, reading) {
      if (node.kind !== 'object') return reading.refuse(`must be a block { name = text }, not ${nameOf(node)}`)
      return Object.setPrototypeOf(Object.fromEntries(readTexts(node, reading)), null) as unknown // names may be `__proto__`
    }
  }
}

/** The pairs of a block of texts, by the names as written. */
export function readTexts (node: HoconObject, reading: Reading): (readonly [name: string, text: string])[] {
  return [...node.fields.values()].flatMap(({ key, place, value }) => {
    const step = reading.step(key, { path: pathOf(reading.path, key), place, about: { ...reading.about, kept: '' } })
    if (isNothing(value)) return []
    if (value.kind !== 'scalar') {
      step.refuse(`must be a string, not ${nameOf(value)}`)
      return []
    }
    const read = readText(value, step)
    step.show(read)
    return [[key, read] as const]
  })
}
