/** The lanes that the rules of a bridge ask for, and where on disk the queues of a bridge are. */
import type { BridgeConfig, Durability, ForwardRule, Priority, SpoolConfig } from './model.ts'

export interface BridgeLane {
  readonly priority: Priority
  readonly durability: Durability
}

export function laneOf ({ priority, durability }: Pick<ForwardRule, 'priority' | 'durability'>, bridge: Pick<BridgeConfig, 'durability'>): BridgeLane {
  return { priority, durability: durability ?? bridge.durability }
}

/** In the order in which the rules name them; one at least. */
export function lanesOf (bridge: Pick<BridgeConfig, 'forwards' | 'durability'>): readonly BridgeLane[] {
  const lanes: BridgeLane[] = []
  for (const rule of bridge.forwards) {
    const lane = laneOf(rule, bridge)
    if (!lanes.some(each => isSameLane(each, lane))) lanes.push(lane)
  }
  return lanes.length === 0 ? [{ priority: 'normal', durability: bridge.durability }] : lanes
}

export function isSameLane (one: BridgeLane, other: BridgeLane): boolean {
  return one.priority === other.priority && one.durability === other.durability
}

/** Directories of queues that a bridge may have below that of all, one for each priority. */
export function spoolNames (bridge: string): readonly string[] {
  return [bridge, `${bridge}+high`, `${bridge}+low`]
}

/**
 * The queue on disk of one priority of a bridge: in the directory of the bridge, or one beside it that is named after both. Each has an equal part of what
 * the bridge may have.
 * @param all of the bridge
 * @param count of its queues on disk
 */
export function spoolOf (all: SpoolConfig, priority: Priority, count: number): SpoolConfig {
  return {
    ...all,
    dir: priority === 'normal' ? all.dir : `${all.dir}+${priority}`,
    maxBytes: Math.ceil(all.maxBytes / count),
    maxMessages: Math.ceil(all.maxMessages / count)
  }
}
