/**
 * A block of keys. Reading it goes over what is written: unknown keys, keys without effect, refused keys; then over the
 * table: each key that works, written or not. Rules between keys see what was written even where some of it is wrong.
 */
import { z } from 'zod/v3'
import type { HoconField, HoconNode, HoconObject } from '../hocon/tree.ts'
import type { Key, Kind, OtherKey, Schema, Section } from './kind.ts'
import { isNothing, nameOf } from './node.ts'
import type { Reading } from './reading.ts'
import { suggestion } from './suggestion.ts'

/** A row for each property of the typed value: the compiler finds a row without property and a property without row. */
export type Keys<V> = { readonly [P in keyof V]-?: Key<V[P]> }

/** What was written, without defaults; anything may be absent. */
export type Given<T> =
  T extends readonly (infer E)[] ? readonly (Given<E> | undefined)[]
    : T extends object ? { readonly [P in keyof T]?: Given<T[P]> | undefined }
      : T

export interface SectionParts<V> {
  readonly keys: Keys<V>
  readonly others?: readonly OtherKey[]
  /** What must hold between keys; tells at `reading.named('ssl.certfile')`. */
  readonly rules?: (given: Given<V>, reading: Reading) => void
}

export function section<V extends object> (parts: SectionParts<V>): Kind<V> {
  return shaped(parts, value => value)
}

/** A block whose typed value is another than its keys. */
export function shaped<V extends object, T> (parts: SectionParts<V>, shape: (values: V) => T): Kind<T> {
  const keys = Object.entries<Key<unknown>>(parts.keys)
  const inside: Section = {
    keys,
    others: parts.others ?? [],
    rules: (given, reading) => parts.rules?.(given as Given<V>, reading) // read by the keys of V
  }
  return {
    type: 'block',
    unit: '',
    schema: () => valuesOf(keys).transform(values => shape(values as V)), // one value for each property of V, by the type of Keys<V>
    show: () => '{ … }',
    inner: { section: inside, suffix: '' },
    read: (node, reading) => node.kind === 'object'
      ? readSection(inside, node, reading)
      : reading.refuse(`must be a block { … }, not ${nameOf(node)}`)
  }
}

type Values = Readonly<Record<string, unknown>>

/** The values of a block: what is written is judged, what is not has its default. Schemas are made for what is written, once for all blocks of a list. */
function valuesOf (keys: Section['keys']): Schema<Values> {
  const objects = new Map<string, Schema<Values>>()
  return z.custom<Given<Values>>(isBlock).transform((given, context) => {
    const judged = keys.filter(([property]) => given[property] !== undefined)
    const names = judged.map(([property]) => property).join()
    const object = objects.get(names) ?? z.object(Object.fromEntries(judged.map(([property, key]) => [property, schemaOf(key)])))
    objects.set(names, object)
    const { data, error } = object.safeParse(given)
    const missing = keys.filter(([property, { fallback }]) => fallback.kind !== 'value' && given[property] === undefined)
    for (const issue of error?.issues ?? []) context.addIssue(issue)
    for (const [property] of missing) context.addIssue({ code: 'custom', path: [property], message: 'is missing' })
    return data === undefined || missing.length > 0 ? z.NEVER : withDefaults(keys, data)
  })
}

function withDefaults (keys: Section['keys'], values: Values): Values {
  return Object.fromEntries(keys.map(([property, { fallback }]) => [property, property in values || fallback.kind !== 'value' ? values[property] : fallback.value]))
}

function isBlock (given: unknown): boolean {
  return typeof given === 'object' && given !== null
}

function schemaOf ({ fallback, refusal, kind }: Key<unknown>): Schema<unknown> {
  const schema = kind.schema()
  const judged = refusal === null
    ? schema
    : schema.refine(value => !refusal.when(value), { message: refusal.why, params: { hint: refusal.remedy } })
  return fallback.kind === 'value' && fallback.value === null ? judged.nullable() : judged
}

export function readSection (inside: Section, node: HoconObject, reading: Reading): Readonly<Record<string, unknown>> {
  tellOthers(inside, node, reading)
  const given: Record<string, unknown> = {}
  for (const [property, key] of inside.keys) {
    const value = key.fallback.kind === 'context'
      ? key.fallback.take(reading)
      : readKey(key, node, reading.step(property, stepOf(key, node, reading)))
    if (value !== undefined) given[property] = value
  }
  inside.rules(given, reading)
  return given
}

function stepOf (key: Key<unknown>, node: HoconObject, reading: Reading): Parameters<Reading['step']>[1] {
  const field = fieldOf(key, node)
  const shown = key.fallback.kind === 'value' ? key.fallback.shown : ''
  const kept = key.nanomq === '' ? shown : key.nanomq
  return {
    path: pathOf(reading.path, key.key),
    place: field?.place ?? reading.place,
    given: field !== undefined,
    about: { secret: key.secret, nanomq: !key.ours, kept: kept === 'none' ? '' : kept }
  }
}

export function pathOf (path: string, key: string): string {
  return path === '' || key === '' ? path + key : `${path}.${key}`
}

function fieldOf (key: Key<unknown>, node: HoconObject): HoconField | undefined {
  for (const name of [key.key, ...key.also]) {
    const field = fieldAt(name, node)
    if (field !== undefined && !isNothing(field.value)) return field
  }
  return undefined
}

/** `word`, or `word.word`: a block that stands among named ones. */
function fieldAt (name: string, node: HoconObject): HoconField | undefined {
  const [first = '', ...rest] = name.split('.')
  const field = node.fields.get(first)
  if (rest.length === 0 || field === undefined) return field
  return field.value.kind === 'object' ? fieldAt(rest.join('.'), field.value) : undefined
}

function readKey (key: Key<unknown>, node: HoconObject, reading: Reading): unknown {
  const field = fieldOf(key, node)
  if (field !== undefined) {
    if (key.secret) reading.ledger.hide(field.value)
    return key.kind.read(field.value, reading)
  }
  if (key.fallback.kind === 'value') reading.show(key.fallback.shown)
  if (key.fallback.kind === 'required') reading.refuse('is missing', key.says)
  if (key.fallback.kind !== 'block') return undefined
  return key.kind.read({ kind: 'object', place: node.place, fields: new Map() }, reading)
}

function tellOthers (inside: Section, node: HoconObject, reading: Reading): void {
  const keys = inside.keys.map(([, key]) => key)
  for (const [word, field] of node.fields) {
    if (keys.some(key => key.key === word || key.also.includes(word))) continue
    const other = inside.others.find(each => each.key === word)
    const step = reading.step(`other ${word}`, { path: pathOf(reading.path, field.key), place: field.place })
    if (other === undefined) tellUnknown(inside, word, field.value, step)
    else tellOther(other, field.value, node, step)
  }
}

function tellUnknown (inside: Section, word: string, node: HoconNode, reading: Reading): void {
  const keys = inside.keys.map(([, key]) => key).filter(key => key.key !== '')
  const known = [...keys.flatMap(key => [key.key, ...key.also]), ...inside.others.map(other => other.key)]
  const hint = reading.ledger.isFull ? '' : suggestion(word, known)
  const isHarmless = keys.some(key => !key.secret && key.kind.inner === null && hint.includes(`"${key.key}"`))
  if (!isHarmless) reading.ledger.hide(node) // it may be a misspelt password
  reading.refuse('neither NanoMQ nor Causeway has this key here', hint)
}

/** @param around the block in which it stands */
export function tellOther (other: OtherKey, node: HoconNode, around: HoconObject, reading: Reading): void {
  const { ledger, path, place } = reading
  if (node.kind !== 'scalar') ledger.hide(node) // nobody says what in it is a secret
  const isRefused = other.fate === 'refused' && !other.harmless(node, around)
  ledger.entries.push({ path, place, value: showRough(node), fate: isRefused ? 'refused' : 'no effect' })
  if (isRefused) reading.refuse(other.says, other.remedy)
  else if (other.fate === 'refused') reading.warn('is known to NanoMQ only, and has no effect as it stands')
  else reading.warn(`has no effect here: ${other.says}`, other.remedy)
}

/** Nothing inside a block or list is shown: it may hold a secret that nobody declared. */
function showRough (node: HoconNode): string {
  return { scalar: node.kind === 'scalar' ? node.text : '', array: '[ … ]', object: '{ … }' }[node.kind]
}
