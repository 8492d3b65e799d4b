/** The lanes of a bridge: those that its rules ask for, and for what a process before this one has left on disk of a priority that no rule has now. */
import { type BridgeLane, isSameLane, lanesOf } from '../../config/bridge-lanes.ts'
import type { BridgeConfig, Durability, Priority } from '../../config/model.ts'
import type { LaneOptions } from '../../relay/outbox-options.ts'
import type { BridgeJournal } from './bridge-journal.ts'
import type { BridgeJournals } from './bridge-journals.ts'

/** A lane of a bridge, and what its outbox is told of it. */
export interface UpLane extends LaneOptions {
  readonly priority: Priority
  readonly durability: Durability
  readonly journal: BridgeJournal | null
}

export function upLanes (config: BridgeConfig, journals: BridgeJournals): readonly UpLane[] {
  const asked = lanesOf(config)
  const left = journals.priorities.map(priority => ({ priority, durability: 'spool' as const })).filter(lane => !asked.some(each => isSameLane(each, lane)))
  return [...asked, ...left].map(lane => ({
    ...lane,
    awaitRemote: lane.durability === 'remote',
    journal: lane.durability === 'spool' ? journals.of(lane.priority) : null,
    slice: sliceOf(lane)
  }))
}

const PRIORITY_SLICES = { normal: 0, high: 1, low: 2 } as const satisfies Record<Priority, number>
const DURABILITY_SLICES = { spool: 0, memory: 3, remote: 6 } as const satisfies Record<Durability, number>

/** What a lane may have open at the remote outlives this process, and must be its own in the next one, whatever other lanes there are. */
function sliceOf ({ priority, durability }: BridgeLane): number {
  return DURABILITY_SLICES[durability] + PRIORITY_SLICES[priority]
}
