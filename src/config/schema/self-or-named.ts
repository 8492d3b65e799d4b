/** A block that may stand for itself, or hold named blocks of its form, or both: `ssl { bind … }`, `ssl.north { bind … }`. */
import type { HoconNode } from '../hocon/tree.ts'
import { blocks, readNamed } from './groups.ts'
import type { Kind } from './kind.ts'
import { nameOf } from './node.ts'

export function selfOrNamed<T> (kind: Kind<T>): Kind<readonly T[]> {
  return {
    ...blocks(kind),
    type: 'block, or named blocks',
    inner: kind.inner === null ? null : { ...kind.inner, suffix: '[.NAME]' },
    read (node: HoconNode, reading) {
      if (node.kind !== 'object') return reading.refuse(`must be a block { … }, not ${nameOf(node)}`)
      const names = [...node.fields.values()].filter(field => field.value.kind === 'object')
      const own = [...node.fields].filter(([, field]) => field.value.kind !== 'object')
      const values = own.length > 0 || names.length === 0
        ? [kind.read({ ...node, fields: new Map(own) }, reading.step(0, { path: reading.path, place: reading.place }))]
        : []
      return [...values, ...names.map((field, i) => readNamed(kind, field, reading, values.length + i))]
    }
  }
}
