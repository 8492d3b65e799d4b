/**
 * NanoMQ's renaming of topics between two brokers, the same up and down with the roles swapped, and beyond it `{1}`, `{2}` … in the
 * target, which stand for what the wildcards of the source matched. A rule is compiled once; what NanoMQ crashes on, or answers by
 * dropping rules, is refused here in words.
 */
import { isTopicFilter, sharedFilter } from '../mqtt/topic-filter.ts'
import { isTopicName } from '../mqtt/topic-name.ts'
import { compileCaptures, faultOfCaptures, hasCaptures } from './topic-captures.ts'

export interface MappingRule {
  /** The filter that chooses: `local_topic` of a forward, `remote_topic` of a subscription. A `$share/group/` is not part of the topic. */
  readonly source: string
  /** The other one; empty keeps the topic. */
  readonly target: string
  /** Put before and behind as they are: no `/` is added. */
  readonly prefix: string
  readonly suffix: string
}

export interface TopicMapping {
  readonly refused: false
  /** Each topic that the source matches keeps its name. */
  readonly sameTopic: boolean
  /**
   * The new name of a topic that the source matches. It may be longer than MQTT allows, as prefix and suffix add to it.
   * Where nothing is left of a name (`a/#` to `#`, topic `a`), the name stays: NanoMQ sends an empty one, which costs it the link.
   */
  readonly map: (topic: string) => string
}

export interface MappingRefusal {
  readonly refused: true
  /** Which part can not be, and why; without the rule's place. */
  readonly reason: string
}

export function compileMapping (rule: MappingRule): TopicMapping | MappingRefusal {
  const source = sharedFilter(rule.source)?.filter ?? rule.source
  const reason = faultOfRule(source, rule)
  if (reason !== null) return { refused: true, reason }
  const plain = rule.prefix === '' && rule.suffix === ''
  if (rule.target === '') return mapping(plain, topic => topic, rule)
  if (hasCaptures(rule.target)) return mapping(false, compileCaptures(source, rule.target), rule)
  if (!hasWildcard(rule.target)) return mapping(plain && rule.target === source, () => rule.target, rule)

  const at = source.indexOf(rule.target) // the first place, at a level's start or not, as NanoMQ searches
  const skip = slashesIn(source.slice(0, at))
  const isTail = at + rule.target.length === source.length
  if (isTail) return mapping(plain && skip === 0, topic => withoutLevels(topic, skip), rule)
  const keep = 1 + slashesIn(rule.target)
  return mapping(false, topic => firstLevels(withoutLevels(topic, skip), keep), rule)
}

function mapping (sameTopic: boolean, rename: (topic: string) => string, { prefix, suffix }: MappingRule): TopicMapping {
  return { refused: false, sameTopic, map: topic => (prefix + rename(topic) + suffix) || topic }
}

function faultOfRule (source: string, { target, prefix, suffix }: MappingRule): string | null {
  if (hasWildcard(prefix)) return 'the prefix holds a wildcard; NanoMQ drops this rule and all behind it'
  if (hasWildcard(suffix)) return 'the suffix holds a wildcard; NanoMQ drops this rule and all behind it'
  if (!isTopicFilter(source)) return `"${source}" is no topic filter: # stands alone in the last level only, + fills its level`
  if (hasCaptures(target)) return faultOfCaptures(source, target) ?? faultOfAffixes(prefix, suffix)
  const place = target.indexOf('#')
  if (place !== -1 && place !== target.length - 1) return `# is not the last character of "${target}"`
  if (hasWildcard(target)) {
    if (!source.includes(target)) return `"${target}" has a wildcard, so that it must be a part of "${source}", letter by letter`
  } else if (target !== '' && !isTopicName(prefix + target + suffix)) {
    return `"${prefix + target + suffix}" is no topic name`
  }
  return faultOfAffixes(prefix, suffix)
}

function faultOfAffixes (prefix: string, suffix: string): string | null {
  return isTopicName(`${prefix}-${suffix}`) ? null : 'prefix and suffix are no part of a topic name'
}

function hasWildcard (text: string): boolean {
  return text.includes('+') || text.includes('#')
}

function slashesIn (text: string): number {
  let count = 0
  for (let at = text.indexOf('/'); at !== -1; at = text.indexOf('/', at + 1)) count++
  return count
}

/** The topic without its first levels; empty where it has no more than those. */
function withoutLevels (topic: string, count: number): string {
  let at = 0
  for (let i = 0; i < count; i++) {
    const slash = topic.indexOf('/', at)
    if (slash === -1) return ''
    at = slash + 1
  }
  return topic.slice(at)
}

/** The first levels of a topic; all of it where it has no more. */
function firstLevels (topic: string, count: number): string {
  let at = -1
  for (let i = 0; i < count; i++) {
    at = topic.indexOf('/', at + 1)
    if (at === -1) return topic
  }
  return topic.slice(0, at)
}
