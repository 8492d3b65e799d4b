/** The rules for topic filters: which are well formed, what they match, and whether two of them can meet. */
import { MAX_TOPIC_LEVELS } from './topic-name.ts'
import { isSendableText } from './utf8.ts'
import type { Violation } from './violation.ts'
import { violation } from './violation.ts'

const EMPTY = violation('MQTT-4.7.3-1', 'topic filter is empty')
const TEXT = violation('MQTT-4.7.3-2', 'topic filter holds U+0000 or is no text of at most 65,535 bytes')
const HASH_PLACE = violation('MQTT-4.7.1-2', '# stands not alone in the last level of the topic filter', 0x8f)
const PLUS_PLACE = violation('MQTT-4.7.1-3', '+ does not fill its level of the topic filter', 0x8f)
const TOO_DEEP = violation('', 'topic filter has too many levels', 0x8f)

const HASH = 0x23
const DOLLAR = 0x24
const PLUS = 0x2b
const SLASH = 0x2f

/** What is wrong with `filter`; null when it can be subscribed to. A shared filter is judged with its `$share/group/`. */
export function faultOfFilter (filter: string, maxLevels = MAX_TOPIC_LEVELS): Violation | null {
  if (filter === '') return EMPTY // [MQTT-4.7.3-1]
  let levels = 1
  for (let i = 0; i < filter.length; i++) {
    const unit = filter.charCodeAt(i)
    if (unit === SLASH) levels++
    else if (unit === HASH && !isLastLevel(filter, i)) return HASH_PLACE // [MQTT-4.7.1-2]
    else if (unit === PLUS && !isWholeLevel(filter, i)) return PLUS_PLACE // [MQTT-4.7.1-3]
  }
  if (levels > maxLevels) return TOO_DEEP
  return isSendableText(filter) ? null : TEXT // [MQTT-4.7.3-2] [MQTT-4.7.3-3]
}

export function isTopicFilter (filter: string, maxLevels = MAX_TOPIC_LEVELS): boolean {
  return faultOfFilter(filter, maxLevels) === null
}

function startsLevel (filter: string, at: number): boolean {
  return at === 0 || filter.charCodeAt(at - 1) === SLASH
}

function isLastLevel (filter: string, at: number): boolean {
  return at === filter.length - 1 && startsLevel(filter, at)
}

function isWholeLevel (filter: string, at: number): boolean {
  return startsLevel(filter, at) && (at === filter.length - 1 || filter.charCodeAt(at + 1) === SLASH)
}

/** A shared subscription taken apart. */
export interface SharedFilter {
  readonly group: string
  /** What is matched: the rest behind `$share/group/`. */
  readonly filter: string
}

const SHARE = '$share/'

/** Does `filter` ask for a shared subscription, well formed or not? */
export function isShared (filter: string): boolean {
  return filter.startsWith(SHARE)
}

/** Takes `$share/group/filter` apart; null when it is not of that form [MQTT-4.8.2-1] [MQTT-4.8.2-2] of MQTT 5. */
export function sharedFilter (filter: string): SharedFilter | null {
  if (!isShared(filter)) return null
  const slash = filter.indexOf('/', SHARE.length)
  if (slash <= SHARE.length || slash === filter.length - 1) return null
  const group = filter.slice(SHARE.length, slash)
  return group.includes('+') || group.includes('#') ? null : { group, filter: filter.slice(slash + 1) }
}

/** Does `filter`, which has no fault, match the topic name? Allocates nothing. */
export function matches (filter: string, topic: string): boolean {
  const filterEnd = filter.length
  const topicEnd = topic.length
  if (topic.charCodeAt(0) === DOLLAR && startsWild(filter)) return false // [MQTT-4.7.2-1]
  let at = 0
  for (let i = 0; i < filterEnd; i++) {
    const unit = filter.charCodeAt(i)
    if (unit === HASH) return true
    if (unit === PLUS) {
      while (at < topicEnd && topic.charCodeAt(at) !== SLASH) at++
    } else if (at < topicEnd && topic.charCodeAt(at) === unit) {
      at++
    } else {
      // `sport/#` matches its parent level `sport` too
      return at === topicEnd && unit === SLASH && filter.charCodeAt(i + 1) === HASH
    }
  }
  return at === topicEnd
}

function startsWild (filter: string): boolean {
  const first = filter.charCodeAt(0)
  return first === PLUS || first === HASH
}

/**
 * Is there a name that both filters, which have no fault, match? The empty name counts as one, so that `/#` and `+` meet.
 * Allocates; for subscriptions, not for messages.
 */
export function canOverlap (one: string, other: string): boolean {
  if (missesSystemTopic(one, other) || missesSystemTopic(other, one)) return false
  const mine = one.split('/')
  const theirs = other.split('/')
  const levels = Math.max(mine.length, theirs.length)
  for (let i = 0; i < levels; i++) {
    const a = mine[i]
    const b = theirs[i]
    if (a === '#' || b === '#') return true // it matches its parent level too, where the other filter has ended
    if (!levelsMeet(a, b)) return false
  }
  return true
}

/** Does `filter` start with a wildcard where `other` matches names with a `$` only [MQTT-4.7.2-1]? */
function missesSystemTopic (filter: string, other: string): boolean {
  return startsWild(filter) && other.charCodeAt(0) === DOLLAR
}

function levelsMeet (a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false
  return a === b || a === '+' || b === '+'
}

export function isWild (filter: string): boolean {
  return filter.includes('+') || filter.includes('#')
}

/** Does `filter` match all that `other` matches? Neither has a fault; none is of `$` topics. */
export function covers (filter: string, other: string): boolean {
  const levels = filter.split('/')
  const others = other.split('/')
  for (const [i, level] of levels.entries()) {
    if (level === '#') return i <= others.length // `a/#` matches `a` too
    if (others[i] === undefined || others[i] === '#' || (level !== '+' && level !== others[i])) return false
  }
  return levels.length === others.length
}
