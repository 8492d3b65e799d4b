/**
 * Which of many topic filters match a topic name, by the name's bytes: no text is made of them. Filters are only added, and have
 * no fault, which also bounds how deep the trie is; for those that come and go there is `filter-trie.ts`. HOT.
 */

interface Level<T> {
  /** By {@link hashOf} of the level's bytes; null until there is one. */
  children: Map<number, Child<T>> | null
  /** Behind `+`. */
  plus: Level<T> | null
  /** Of the filters that go on with `#`, which is always an end. */
  readonly open: T[]
  /** Of the filters that end here. */
  readonly ends: T[]
}

interface Child<T> extends Level<T> {
  readonly text: Buffer
  /** Another one with the same hash. */
  readonly next: Child<T> | null
}

const DOLLAR = 0x24
const SLASH = 0x2f
const NOTHING = Buffer.alloc(0)

export class ByteTrie<T> {
  readonly #root: Level<T> = { children: null, plus: null, open: [], ends: [] }
  /** The name in work; `start` is where it begins. */
  #bytes: Uint8Array = NOTHING
  #end = 0
  #found: T[] = []

  add (filter: string, value: T): void {
    let level = this.#root
    for (const text of filter.split('/')) {
      if (text === '#') {
        level.open.push(value)
        return
      }
      level = text === '+' ? level.plus ??= { children: null, plus: null, open: [], ends: [] } : childOrNew(level, Buffer.from(text))
    }
    level.ends.push(value)
  }

  /** Appends to `found` the values of all filters that match the name in `bytes[start, end)`. */
  match (bytes: Uint8Array, start: number, end: number, found: T[]): void {
    this.#bytes = bytes
    this.#end = end
    this.#found = found
    // no wildcard stands for a first level that starts with $ [MQTT-4.7.2-1]
    this.#collect(this.#root, start, start === end || bytes[start] !== DOLLAR)
    this.#bytes = NOTHING
  }

  /** `at` is where the next level of the name starts; beyond its end there is none. @param wild may a wildcard stand here? */
  #collect (level: Level<T>, at: number, wild: boolean): void {
    if (wild) this.#append(level.open) // also where the name has ended: # matches the parent level
    if (at > this.#end) return this.#append(level.ends)
    const { children, plus } = level
    if (children === null && plus === null) return
    const stop = this.#endOfLevel(at)
    const child = children === null ? null : childOf(children, this.#bytes, at, stop)
    if (child !== null) this.#collect(child, stop + 1, true)
    if (wild && plus !== null) this.#collect(plus, stop + 1, true)
  }

  #append (values: readonly T[]): void {
    for (const value of values) this.#found.push(value)
  }

  #endOfLevel (at: number): number {
    const bytes = this.#bytes
    const end = this.#end
    while (at < end && bytes[at] !== SLASH) at++
    return at
  }
}

function hashOf (bytes: Uint8Array, start: number, end: number): number {
  let hash = 0
  for (let i = start; i < end; i++) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0
  return hash
}

function childOf<T> (children: ReadonlyMap<number, Child<T>>, bytes: Uint8Array, start: number, end: number): Child<T> | null {
  let child = children.get(hashOf(bytes, start, end)) ?? null
  while (child !== null && !isText(child.text, bytes, start, end)) child = child.next
  return child
}

function isText (text: Buffer, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let i = 0; i < text.length; i++) if (text[i] !== bytes[start + i]) return false
  return true
}

function childOrNew<T> (level: Level<T>, text: Buffer): Child<T> {
  const children = level.children ??= new Map<number, Child<T>>()
  const known = childOf(children, text, 0, text.length)
  if (known !== null) return known
  const hash = hashOf(text, 0, text.length)
  const made: Child<T> = { children: null, plus: null, open: [], ends: [], text, next: children.get(hash) ?? null }
  children.set(hash, made)
  return made
}
