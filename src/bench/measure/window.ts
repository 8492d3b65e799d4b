/** The measured span: what all processes and the machine have booked at its two ends. */
import type { Snapshot } from '../process/calls.ts'
import { type Account, machineTime, type MachineTime } from '../rig/accounting.ts'
import type { Rig } from './rig.ts'

export interface Edge {
  readonly source: Snapshot
  readonly sink: Snapshot
  readonly target: Account | null
  readonly machine: MachineTime | null
  /** CPU of the coordinator, in microseconds. */
  readonly own: number
}

/** Begins the window at both stations. */
export async function openWindow (rig: Rig): Promise<Edge> {
  return await edge(rig, 'mark')
}

export async function closeWindow (rig: Rig): Promise<Edge> {
  return await edge(rig, 'snapshot')
}

async function edge (rig: Rig, call: 'mark' | 'snapshot'): Promise<Edge> {
  const [sink, source] = await rig.guard(Promise.all([rig.sink.ask(call, null), rig.source.ask(call, null)]))
  const { user, system } = process.cpuUsage()
  return { sink, source, target: rig.account(), machine: machineTime(), own: user + system }
}
