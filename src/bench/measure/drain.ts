/** Waits for what is still on the way: until all has arrived and is acknowledged, nothing moves any more, or patience ends. */
import type { Snapshot } from '../process/calls.ts'
import type { Rig } from './rig.ts'

const POLL_MS = 50
/** Without any progress for this long, nothing more will come: QoS 0, and QoS 1 and 2 where a reconnect may be under way. */
const QUIET_MS = { lossy: 1000, acknowledged: 4000 } as const

/** Share of a core from which a target that delivers nothing is still taken to be at work. */
const AT_WORK = 0.05

export interface Drained {
  readonly source: Snapshot
  readonly sink: Snapshot
  /** Things were still moving when patience ended. */
  readonly moving: boolean
}

export async function drain (rig: Rig, patienceMs: number): Promise<Drained> {
  const stillness = new Stillness(rig)
  const began = Date.now()
  for (;;) {
    const [source, sink] = await rig.guard(Promise.all([rig.source.ask('snapshot', null), rig.sink.ask('snapshot', null)]))
    const complete = sink.received - sink.duplicates >= source.sent && source.unacknowledged === 0
    if (complete || stillness.after(sink.received + source.acknowledged)) return { source, sink, moving: false }
    if (Date.now() - began > patienceMs) return { source, sink, moving: true }
    await rig.sleep(POLL_MS)
  }
}

/** Tells when nothing has moved for so long that nothing more will come. */
class Stillness {
  readonly #rig: Rig
  readonly #quietMs: number
  #progress = -1
  #since = 0
  #cpu = 0

  constructor (rig: Rig) {
    this.#rig = rig
    this.#quietMs = rig.plan.settleMs ?? (rig.plan.case.workload.qos === 0 ? QUIET_MS.lossy : QUIET_MS.acknowledged)
  }

  after (progress: number): boolean {
    const now = Date.now()
    const cpu = this.#rig.account()?.cpu ?? 0
    if (progress !== this.#progress) {
      this.#progress = progress
      this.#since = now
      this.#cpu = cpu
    }
    const still = now - this.#since
    // a target that is busy without delivering may have found no time for it yet
    return still > this.#quietMs && (cpu - this.#cpu) / 1000 < still * AT_WORK
  }
}
