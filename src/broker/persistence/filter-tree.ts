/** Subscriptions of stored sessions by filter, level by level: finding those of a topic does not look at the others. */

interface Node<Value> {
  readonly children: Map<string, Node<Value>>
  /** By client id. */
  readonly values: Map<string, Value>
}

export class FilterTree<Value> {
  readonly #root: Node<Value> = emptyNode()
  #size = 0

  get size (): number { return this.#size }

  set (filter: string, clientId: string, value: Value): void {
    let node = this.#root
    for (const level of filter.split('/')) {
      const child = node.children.get(level) ?? emptyNode()
      node.children.set(level, child)
      node = child
    }
    if (!node.values.has(clientId)) this.#size++
    node.values.set(clientId, value)
  }

  /** False when there was none. */
  delete (filter: string, clientId: string): boolean {
    const levels = filter.split('/')
    const path: Node<Value>[] = [this.#root]
    for (const level of levels) {
      const child = path.at(-1)?.children.get(level)
      if (child === undefined) return false
      path.push(child)
    }
    if (path.at(-1)?.values.delete(clientId) !== true) return false
    this.#size--
    for (let depth = levels.length; depth > 0 && isEmpty(path[depth]); depth--) {
      path[depth - 1]?.children.delete(levels[depth - 1] ?? '')
    }
    return true
  }

  /** Values of all filters that match the topic name: `#` before longer filters. */
  match (topic: string): Value[] {
    const found: Value[] = []
    // filters that start with a wildcard do not match names that start with `$` [MQTT-4.7.2-1]
    collect(this.#root, { levels: topic.split('/'), found, hidden: topic.startsWith('$') }, 0)
    return found
  }
}

interface Search<Value> {
  readonly levels: readonly string[]
  readonly found: Value[]
  readonly hidden: boolean
}

/** As deep as the topic has levels, which is limited at the door. */
function collect<Value> (node: Node<Value>, search: Search<Value>, depth: number): void {
  const wild = depth > 0 || !search.hidden
  if (wild) search.found.push(...node.children.get('#')?.values.values() ?? [])
  const level = search.levels[depth]
  if (level === undefined) {
    search.found.push(...node.values.values())
    return
  }
  const exact = node.children.get(level)
  const plus = wild ? node.children.get('+') : undefined
  if (exact !== undefined) collect(exact, search, depth + 1)
  if (plus !== undefined) collect(plus, search, depth + 1)
}

function emptyNode<Value> (): Node<Value> {
  return { children: new Map(), values: new Map() }
}

function isEmpty<Value> (node: Node<Value> | undefined): boolean {
  return node !== undefined && node.children.size === 0 && node.values.size === 0
}
