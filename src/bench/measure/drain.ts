/** Waits for what is still on the way: until all has arrived and is acknowledged, nothing moves any more, or patience ends. */
import type { Snapshot } from '../process/calls.ts'
import type { Rig } from './rig.ts'

const POLL_MS = 50
/** Without any progress for this long, nothing more will come: QoS 0, and QoS 1 and 2 where a reconnect may be under way. */
const QUIET_MS = { lossy: 1000, acknowledged: 4000 } as const

export interface Drained {
  readonly source: Snapshot
  readonly sink: Snapshot
  /** Things were still moving when patience ended. */
  readonly moving: boolean
}

export async function drain (rig: Rig, patienceMs: number): Promise<Drained> {
  const quiet = rig.plan.case.workload.qos === 0 ? QUIET_MS.lossy : QUIET_MS.acknowledged
  const began = Date.now()
  let progress = -1
  let progressAt = began
  for (;;) {
    const [source, sink] = await rig.guard(Promise.all([rig.source.ask('snapshot', null), rig.sink.ask('snapshot', null)]))
    const now = Date.now()
    const moved = sink.received + source.acknowledged
    if (moved !== progress) {
      progress = moved
      progressAt = now
    }
    const complete = sink.received - sink.duplicates >= source.sent && source.unacknowledged === 0
    if (complete || now - progressAt > quiet) return { source, sink, moving: false }
    if (now - began > patienceMs) return { source, sink, moving: true }
    await rig.sleep(POLL_MS)
  }
}
