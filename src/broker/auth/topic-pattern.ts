/**
 * The topics of an access rule, compiled. Unlike a subscription, `#` and `+` reach names that start with `$` too, as they
 * do in NanoMQ: a rule that denies everything must not be got round with a `$`.
 */

/** What `%u` and `%c` stand for. */
export interface Names {
  readonly username: string | null
  readonly clientId: string
}

/** null: `+`. */
type Level = string | null

/** The second form of each is NanoMQ's. */
const USERNAME = /%u|\$\{username\}/
const CLIENT_ID = /%c|\$\{clientid\}/
const EITHER = new RegExp(`(${USERNAME.source})|${CLIENT_ID.source}`, 'g')

export function usesUsername (pattern: string): boolean {
  return USERNAME.test(pattern)
}

export function usesClientId (pattern: string): boolean {
  return CLIENT_ID.test(pattern)
}

/** Would these characters, put in place of a placeholder, make a level more than one literal level? */
export function isLiteralLevel (name: string): boolean {
  return !/[+#/]/.test(name)
}

export class TopicPattern {
  readonly #levels: readonly Level[]
  /** It ends with `#`, which stands for any number of levels, none included. */
  readonly #open: boolean

  private constructor (levels: readonly Level[], open: boolean) {
    this.#levels = levels
    this.#open = open
  }

  /** Compiles a well-formed filter; null when it asks for a name the connection has not got. */
  static compile (filter: string, names: Names): TopicPattern | null {
    if (usesUsername(filter) && (names.username === null || names.username === '')) return null
    if (usesClientId(filter) && names.clientId === '') return null
    const levels = filter.split('/')
    const open = levels.at(-1) === '#'
    if (open) levels.pop()
    // a wildcard is one as it is written in the rule, never by what is put in for a placeholder
    return new TopicPattern(levels.map(level => level === '+' ? null : fill(level, names)), open)
  }

  /** Does it match the topic name, or every topic name that the filter matches? Both come split into levels. */
  covers (levels: readonly string[]): boolean {
    const own = this.#levels
    if (levels.length < own.length || (!this.#open && levels.length > own.length)) return false
    for (let i = 0; i < own.length; i++) {
      const level = levels[i]
      const want = own[i]
      if (want === null ? level === '#' : level !== want) return false
    }
    return true
  }
}

/** In one pass, so that a placeholder in a name is only a name. */
function fill (level: string, names: Names): string {
  return level.replace(EITHER, (_, isUsername: string | undefined) => isUsername === undefined ? names.clientId : names.username ?? '')
}
