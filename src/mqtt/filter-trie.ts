/**
 * Which of many topic filters match a topic, level by level. Each filter holds values, each value as often as it was
 * added. A match allocates nothing but the slices that its levels are looked up by. Filters must have no fault, which
 * also bounds how deep the trie is.
 */

interface Level<T> {
  /** By the level's text; null until there is one. */
  children: Map<string, Level<T>> | null
  /** Behind `+`. */
  plus: Level<T> | null
  /** Behind `#`, which is always an end. */
  hash: Level<T> | null
  /** Values of the filters that end here, with how often each was added. */
  values: Map<T, number> | null
}

function emptyLevel<T> (): Level<T> {
  return { children: null, plus: null, hash: null, values: null }
}

export class FilterTrie<T> {
  readonly #root: Level<T> = emptyLevel()
  #size = 0

  /** Distinct pairs of filter and value. */
  get size (): number { return this.#size }

  /** Adds a value to a filter; true when the filter did not hold it yet. */
  add (filter: string, value: T): boolean {
    let level = this.#root
    for (const text of filter.split('/')) level = stepOrGrow(level, text)
    const values = level.values ??= new Map<T, number>()
    const count = values.get(value) ?? 0
    values.set(value, count + 1)
    if (count === 0) this.#size++
    return count === 0
  }

  /** Takes a value away once; true when the filter does not hold it any more. What was not there is not taken away. */
  remove (filter: string, value: T): boolean {
    const levels = filter.split('/')
    const path = pathOf(this.#root, levels)
    const level = path.at(-1)
    const count = level?.values?.get(value) ?? 0
    if (level?.values == null || count === 0) return false
    if (count > 1) {
      level.values.set(value, count - 1)
      return false
    }
    level.values.delete(value)
    if (level.values.size === 0) {
      level.values = null
      prune(path, levels)
    }
    this.#size--
    return true
  }

  /** Does any filter match the topic? */
  has (topic: string): boolean {
    return hasMatch(this.#root, topic, 0)
  }

  /** Appends the values of all filters that match; a value that two of them hold comes twice. Answers `found`. */
  match (topic: string, found: T[]): T[] {
    collect(this.#root, topic, 0, found)
    return found
  }

  /** Is there a topic that `filter` and a filter in here both match? Allocates; for subscriptions, not for messages. */
  meets (filter: string): boolean {
    return canMeet(this.#root, filter.split('/'), 0)
  }
}

function step<T> (level: Level<T>, text: string): Level<T> | null {
  if (text === '+') return level.plus
  if (text === '#') return level.hash
  return level.children?.get(text) ?? null
}

function stepOrGrow<T> (level: Level<T>, text: string): Level<T> {
  const next = step(level, text) ?? emptyLevel<T>()
  if (text === '+') level.plus = next
  else if (text === '#') level.hash = next
  else (level.children ??= new Map<string, Level<T>>()).set(text, next)
  return next
}

/** The levels from the root down; empty where the filter is not in the trie. */
function pathOf<T> (root: Level<T>, levels: readonly string[]): Level<T>[] {
  const path = [root]
  let level: Level<T> | null = root
  for (const text of levels) {
    level = step(level, text)
    if (level === null) return []
    path.push(level)
  }
  return path
}

/** Takes away what has become empty, from the end of the path up. */
function prune<T> (path: readonly Level<T>[], levels: readonly string[]): void {
  for (let i = levels.length; i > 0; i--) {
    if (!isEmpty(path[i] as Level<T>)) return
    cut(path[i - 1] as Level<T>, levels[i - 1] as string)
  }
}

function isEmpty<T> (level: Level<T>): boolean {
  return level.children === null && level.plus === null && level.hash === null && level.values === null
}

function cut<T> (level: Level<T>, text: string): void {
  if (text === '+') {
    level.plus = null
  } else if (text === '#') {
    level.hash = null
  } else if (level.children?.delete(text) === true && level.children.size === 0) {
    level.children = null
  }
}

/** May a wildcard stand at place `at`? Not at the start, where `text`, a topic or its first level, starts with `$` [MQTT-4.7.2-1]. */
function admitsWildcard (text: string, at: number): boolean {
  return at !== 0 || text.charCodeAt(0) !== 0x24
}

/** One past the last character of the level that starts at `at`. */
function endOfLevel (topic: string, at: number): number {
  const slash = topic.indexOf('/', at)
  return slash === -1 ? topic.length : slash
}

/** `at` is where the next level of the topic starts; beyond its end there is none. */
function hasMatch<T> (level: Level<T>, topic: string, at: number): boolean {
  const wild = admitsWildcard(topic, at)
  if (wild && level.hash !== null) return true // also where the topic has ended: # matches the parent level
  if (at > topic.length) return level.values !== null
  const end = endOfLevel(topic, at)
  const child = level.children?.get(topic.slice(at, end))
  if (child !== undefined && hasMatch(child, topic, end + 1)) return true
  return wild && level.plus !== null && hasMatch(level.plus, topic, end + 1)
}

function collect<T> (level: Level<T>, topic: string, at: number, found: T[]): void {
  const wild = admitsWildcard(topic, at)
  if (wild && level.hash !== null) append(level.hash, found)
  if (at > topic.length) {
    append(level, found)
    return
  }
  const end = endOfLevel(topic, at)
  const child = level.children?.get(topic.slice(at, end))
  if (child !== undefined) collect(child, topic, end + 1, found)
  if (wild && level.plus !== null) collect(level.plus, topic, end + 1, found)
}

function append<T> ({ values }: Level<T>, found: T[]): void {
  if (values === null) return
  for (const value of values.keys()) found.push(value)
}

/** Can the filter, from its level `at` on, and what is below `level` match one topic? */
function canMeet<T> (level: Level<T>, filter: readonly string[], at: number): boolean {
  const text = filter[at]
  if (text === undefined) return level.values !== null || level.hash !== null // # matches the parent level
  const wild = admitsWildcard(text, at)
  if (wild && level.hash !== null) return true
  if (text === '#' || text === '+') return meetsBelow(level, filter, at)
  const child = level.children?.get(text)
  if (child !== undefined && canMeet(child, filter, at + 1)) return true
  return wild && level.plus !== null && canMeet(level.plus, filter, at + 1)
}

/** Goes on below the wildcard at `at`. What is behind `#` ends there, and no branch of a trie is empty: any will do. */
function meetsBelow<T> (level: Level<T>, filter: readonly string[], at: number): boolean {
  const open = filter[at] === '#'
  if (open && level.values !== null) return true // # matches the parent level
  if (level.plus !== null && (open || canMeet(level.plus, filter, at + 1))) return true
  for (const [text, child] of level.children ?? []) {
    if (admitsWildcard(text, at) && (open || canMeet(child, filter, at + 1))) return true
  }
  return false
}
