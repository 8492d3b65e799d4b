/** Words for nodes of the tree. */
import type { HoconNode } from '../hocon/tree.ts'

export function nameOf (node: HoconNode): string {
  return { scalar: 'one value', array: 'a list', object: 'a block' }[node.kind]
}

/** `null` takes a key out, as if it were not there. */
export function isNothing (node: HoconNode): boolean {
  return node.kind === 'scalar' && node.form === 'null'
}
