/** `forwards` of the configuration as the Relay takes them. */
import type { TopicRule } from '../../config/model.ts'
import { compileMapping } from '../../relay/topic-mapping.ts'
import type { TopicMapping } from '../../relay/topic-mapping.ts'
import type { ForwardRule } from '../../relay/route-table.ts'
import { BridgeError, bridgeCodes } from '../errors.ts'

/** @throws BridgeError for a rule that the mapping refuses; a checked configuration has none */
export function forwardRules (rules: readonly TopicRule[]): ForwardRule[] {
  return rules.map(rule => {
    const mapping = mappingOf(rule, rule.localTopic, rule.remoteTopic)
    return { filter: rule.localTopic, exclude: rule.exclude, rename: mapping.sameTopic ? null : mapping.map, qos: rule.qos, retain: rule.retain }
  })
}

export function mappingOf (rule: TopicRule, source: string, target: string): TopicMapping {
  const mapping = compileMapping({ source, target, prefix: rule.prefix, suffix: rule.suffix })
  if (!mapping.refused) return mapping
  throw new BridgeError(bridgeCodes.rule, `${rule.place}: ${mapping.reason}`, { hint: 'Correct the rule.' })
}
