/**
 * What a bridge of several links sends and subscribes to as well, by topic, goes by its first link, which has the subscriptions: "no local" is a
 * promise to one client, and over another link the remote would send it back.
 */
import type { BridgeConfig } from '../../config/model.ts'
import { matches, sharedFilter } from '../../mqtt/topic-filter.ts'

/** @returns asked for a topic name at the remote */
export function isOfFirst ({ protoVer, noLocalV4, subscription }: Pick<BridgeConfig, 'protoVer' | 'noLocalV4' | 'subscription'>): (name: string) => boolean {
  const filters = subscription.filter(({ noLocal }) => protoVer === 5 ? noLocal : noLocalV4).map(({ remoteTopic }) => sharedFilter(remoteTopic)?.filter ?? remoteTopic)
  return name => filters.some(filter => matches(filter, name))
}
