/** Writes a configuration tree in the dialect that NanoMQ and Causeway read. */

type HoconValue = string | number | boolean | readonly HoconValue[] | HoconTree
export interface HoconTree { readonly [key: string]: HoconValue }

export function hoconText (tree: HoconTree): string {
  return Object.entries(tree).map(([key, value]) => `${key} = ${valueText(value, '')}\n`).join('')
}

function valueText (value: HoconValue, indent: string): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object') return String(value)
  const inner = indent + '  '
  if (isList(value)) return value.length === 0 ? '[]' : `[\n${value.map(each => inner + valueText(each, inner)).join(',\n')}\n${indent}]`
  return `{\n${Object.entries(value).map(([key, each]) => `${inner}${key} = ${valueText(each, inner)}\n`).join('')}${indent}}`
}

/**
 * A tree with `path = value` put into it; the path is dotted and made where it does not exist.
 * @param override  such as `bridges.mqtt.remote.durability = spool`
 */
export function withOverride (tree: HoconTree, override: string): HoconTree {
  const at = override.indexOf('=')
  const path = override.slice(0, at).trim().split('.')
  return placed(tree, path, scalar(override.slice(at + 1).trim()))
}

function placed (tree: HoconTree, path: readonly string[], value: HoconValue): HoconTree {
  const [key, ...rest] = path
  if (key === undefined) return tree
  if (rest.length === 0) return { ...tree, [key]: value }
  const inside = tree[key]
  return { ...tree, [key]: placed(isTree(inside) ? inside : {}, rest, value) }
}

function isList (value: HoconValue): value is readonly HoconValue[] {
  return Array.isArray(value)
}

function isTree (value: HoconValue | undefined): value is HoconTree {
  return typeof value === 'object' && !Array.isArray(value)
}

function scalar (text: string): HoconValue {
  if (text === 'true' || text === 'false') return text === 'true'
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text)
  return text.replace(/^"(.*)"$/, '$1')
}
