/** Nodes of the tree from plain data, such as the body of a request: quoted as it stands, so that nothing in it is a substitution, an include or a dotted key. */
import { ConfigError, configCodes } from '../errors.ts'
import { defaultLimits } from './limits.ts'
import type { HoconArray, HoconField, HoconNode, HoconObject, Place, ScalarForm } from './tree.ts'

/** What JSON.parse makes. */
export type Json = string | number | boolean | null | readonly Json[] | JsonObject
export interface JsonObject { readonly [key: string]: Json }

/**
 * @param place of everything in it, for messages
 * @throws ConfigError CW_CONFIG_LIMIT for data that is deeper than a configuration can be
 */
export function objectFromJson (value: JsonObject, place: Place, depth = 0): HoconObject {
  checkDepth(depth)
  const fields = Object.entries(value).map(([key, inner]): [string, HoconField] => [key.toLowerCase(), { key, place, value: nodeFromJson(inner, place, depth + 1) }])
  return { kind: 'object', place, fields: new Map(fields) }
}

/** @throws ConfigError as {@link objectFromJson} */
export function arrayFromJson (items: readonly Json[], place: Place, depth = 0): HoconArray {
  checkDepth(depth)
  return { kind: 'array', place, items: items.map(item => nodeFromJson(item, place, depth + 1)) }
}

export function scalarFromJson (value: string | number | boolean | null, place: Place): HoconNode {
  const form: ScalarForm = value === null ? 'null' : ({ string: 'quoted', number: 'number', boolean: 'boolean' } as const)[typeof value as 'string' | 'number' | 'boolean']
  return { kind: 'scalar', place, form, text: String(value) }
}

function nodeFromJson (value: Json, place: Place, depth: number): HoconNode {
  if (typeof value !== 'object' || value === null) return scalarFromJson(value, place)
  return isList(value) ? arrayFromJson(value, place, depth) : objectFromJson(value, place, depth)
}

function isList (value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value)
}

function checkDepth (depth: number): void {
  if (depth >= defaultLimits.maxDepth) throw new ConfigError(configCodes.limit, `more than ${defaultLimits.maxDepth} objects and arrays are inside each other`)
}
