/** `subscription` of the configuration: which rule a message from the remote falls under, and what it is here. The first match decides. */
import type { BridgeConfig, SubscriptionRule } from '../../config/model.ts'
import { matches, sharedFilter } from '../../mqtt/topic-filter.ts'
import { faultOfTopicName, isServerTopic, isTopicName } from '../../mqtt/topic-name.ts'
import type { Violation } from '../../mqtt/violation.ts'
import { TopicCache } from '../../relay/topic-cache.ts'
import { topicHash } from '../../relay/topic-hash.ts'
import { topicKey } from '../../relay/topic-key.ts'
import { mappingOf } from '../up/forward-rules.ts'

/** What becomes of messages on one topic of the remote. */
export interface Landing {
  /** The name here; null when no rule takes it. */
  readonly topic: string | null
  /** Why the remote must not have sent it. */
  readonly fault: Violation | null
  /** Overrides the message's; null keeps it. */
  readonly qos: 0 | 1 | 2 | null
  readonly retain: boolean | null
  /** The name there, as latin1 text of its bytes; empty where it is no name. */
  readonly key: string
  /** What was delivered last, on topics with retained messages; null: no such topic is known yet. */
  digest: string | null
  /** Of the session in which that came: see {@link RetainedNews}. */
  session: number
}

interface CompiledRule {
  readonly filter: string
  readonly exclude: readonly string[]
  readonly map: (topic: string) => string
  readonly qos: 0 | 1 | 2 | null
  readonly retain: boolean | null
}

const unknown = { digest: null, session: 0 } as const

/** Memory for the names of one bridge. */
const CACHE_BYTES = 1024 * 1024

export class DownlinkRules {
  readonly #rules: readonly CompiledRule[]
  readonly #cache = new TopicCache<Landing>(CACHE_BYTES)

  /** What no rule takes keeps its name. */
  readonly #transparent: boolean

  /**
   * @param transparent what no rule takes lands under its own name; false: it is not taken
   * @throws BridgeError for a rule that the mapping refuses; a checked configuration has none
   */
  constructor (rules: readonly SubscriptionRule[], transparent = false) {
    this.#transparent = transparent
    this.#rules = rules.map(rule => ({
      filter: sharedFilter(rule.remoteTopic)?.filter ?? rule.remoteTopic,
      exclude: rule.exclude,
      map: mappingOf(rule, rule.remoteTopic, rule.localTopic).map,
      qos: rule.qos,
      retain: rule.retain
    }))
  }

  /** Where the topic name in `bytes[start, end)` lands. */
  landingOf (bytes: Buffer, start: number, end: number): Landing {
    const hash = topicHash(bytes, start, end)
    const known = this.#cache.get(hash, bytes, start, end)
    if (known !== undefined) return known
    const fault = faultOfTopicName(bytes, start, end)
    if (fault !== null) return { ...unknown, key: '', topic: null, fault, qos: null, retain: null }
    const landing = this.#land(bytes.toString('utf8', start, end), topicKey(bytes, start, end))
    if (this.#cache.admits(hash, end - start)) this.#cache.add(hash, landing)
    return landing
  }

  #land (topic: string, key: string): Landing {
    const rule = this.#rules.find(({ filter, exclude }) => matches(filter, topic) && !exclude.some(each => matches(each, topic)))
    const name = rule?.map(topic) ?? (this.#transparent ? topic : null)
    // nobody but the broker itself speaks on $SYS, and a prefix can make a name longer than it may be
    const usable = name !== null && isTopicName(name) && !isServerTopic(name)
    return { ...unknown, key, topic: usable ? name : null, fault: null, qos: rule?.qos ?? null, retain: rule?.retain ?? null }
  }
}

/** @throws BridgeError for a rule, up or down, that the mapping refuses */
export function checkRules ({ forwards, subscription }: Pick<BridgeConfig, 'forwards' | 'subscription'>): void {
  for (const rule of forwards) mappingOf(rule, rule.localTopic, rule.remoteTopic)
  for (const rule of subscription) mappingOf(rule, rule.remoteTopic, rule.localTopic)
}
