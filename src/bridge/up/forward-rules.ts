/** `forwards` of the configuration as the Relay takes them. */
import { type BridgeLane, isSameLane, laneOf } from '../../config/bridge-lanes.ts'
import type { BridgeConfig, TopicRule } from '../../config/model.ts'
import { compileMapping } from '../../relay/topic-mapping.ts'
import type { TopicMapping } from '../../relay/topic-mapping.ts'
import type { ForwardRule } from '../../relay/route-table.ts'
import { BridgeError, bridgeCodes } from '../errors.ts'

/**
 * @param lanes of the bridge's outbox, in its order
 * @throws BridgeError for a rule that the mapping refuses; a checked configuration has none
 */
export function forwardRules (bridge: BridgeConfig, lanes: readonly BridgeLane[]): ForwardRule[] {
  return bridge.forwards.map(rule => {
    const mapping = mappingOf(rule, rule.localTopic, rule.remoteTopic)
    const wanted = laneOf(rule, bridge)
    const lane = lanes.findIndex(each => isSameLane(each, wanted))
    if (lane < 0) throw new BridgeError(bridgeCodes.rule, `${rule.place}: no rule had this priority and durability when the bridge was started`, { hint: 'Restart.' })
    return { filter: rule.localTopic, exclude: rule.exclude, rename: mapping.sameTopic ? null : mapping.map, qos: rule.qos, retain: rule.retain, lane }
  })
}

export function mappingOf (rule: TopicRule, source: string, target: string): TopicMapping {
  const mapping = compileMapping({ source, target, prefix: rule.prefix, suffix: rule.suffix })
  if (!mapping.refused) return mapping
  throw new BridgeError(bridgeCodes.rule, `${rule.place}: ${mapping.reason}`, { hint: 'Correct the rule.' })
}
