/**
 * How large finished values are with all that substitutions repeat in them. A repeated value is shared, so that a few lines can stand for
 * billions of nodes: whoever walks the tree later is safe only because no value beyond the limits is ever finished.
 */
import type { HoconArray, HoconNode, HoconObject, Place } from './tree.ts'
import type { Reading } from './reading.ts'

interface Extent {
  readonly nodes: number
  /** Objects and arrays inside each other, itself included. */
  readonly depth: number
  /** UTF-16 units of its scalars. */
  readonly text: number
}

export class Extents {
  readonly #known = new Map<HoconNode, Extent>()
  readonly #reading: Reading
  #copied = 0
  #text = 0

  constructor (reading: Reading) {
    this.#reading = reading
  }

  /** Refuses a value that has become too large; what it is made of has been checked before. */
  check<T extends HoconArray | HoconObject> (node: T): T {
    const children = node.kind === 'array' ? node.items : Array.from(node.fields.values(), field => field.value)
    let nodes = 1
    let depth = 0
    let text = 0
    for (const child of children) {
      const extent = this.#of(child)
      nodes += extent.nodes
      text += extent.text
      depth = Math.max(depth, extent.depth)
    }
    const { maxDepth, maxNodes, maxTotalBytes } = this.#reading.limits
    // the top level is not inside anything
    if (depth > maxDepth) this.#reading.exceed(node.place, `substitutions make objects and arrays more than ${maxDepth} deep`)
    if (nodes > maxNodes + 1) this.#reading.exceed(node.place, `substitutions make more than ${maxNodes} values`)
    if (text > maxTotalBytes) this.#reading.exceed(node.place, `substitutions make more than ${maxTotalBytes} characters`)
    this.#known.set(node, { nodes, depth: depth + 1, text })
    return node
  }

  /** Merging copies; alternating a large object and a small one would copy it without end and leave nothing large behind. */
  countCopies (node: HoconNode, copies: number): void {
    this.#copied += copies
    if (this.#copied > 4 * this.#reading.limits.maxNodes) this.#reading.exceed(node.place, 'too many objects or arrays are put together here')
  }

  /** Texts that are put together are new ones, unlike values that are shared. */
  countText (place: Place, length: number): void {
    this.#text += length
    const { maxTotalBytes } = this.#reading.limits
    if (this.#text > maxTotalBytes) this.#reading.exceed(place, `substitutions make more than ${maxTotalBytes} characters`)
  }

  #of (node: HoconNode): Extent {
    return this.#known.get(node) ?? { nodes: 1, depth: 0, text: node.kind === 'scalar' ? node.text.length : 0 }
  }
}
