/** What the machine or container gives the process, held against what its configuration may need: said at the start, where something can still be done. */
import { readFileSync } from 'node:fs'
import { availableMemory, constrainedMemory } from 'node:process'
import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import type { Config } from '../config/model.ts'

/** What is given. Bytes; null: not known, or no limit. */
export interface Machine {
  readonly openFiles: number | null
  readonly memory: number
  readonly available: number
  /** V8 may grow to this before it ends the process. */
  readonly heap: number
}

export interface MachineWarning {
  readonly message: string
  readonly hint: string
}

/** Files, sockets to remotes and so on, beside the connections of devices. */
const FILES_BESIDE = 200
const FILES_PER_BRIDGE = 8
/** With less, a burst of devices is enough. */
const LEAST_AVAILABLE = 128 * 1024 ** 2

export function thisMachine (): Machine {
  const total = totalmem()
  // in a control group; a number beyond the machine's memory means that there is no limit
  const constrained = constrainedMemory()
  return {
    openFiles: openFiles(),
    memory: constrained > 0 && constrained < total ? constrained : total,
    available: availableMemory(),
    heap: getHeapStatistics().heap_size_limit
  }
}

export function machineWarnings (config: Config, machine: Machine): readonly MachineWarning[] {
  return [...fileWarnings(config, machine), ...memoryWarnings(config, machine)]
}

function fileWarnings ({ limits, bridges }: Config, { openFiles: most }: Machine): readonly MachineWarning[] {
  const needed = limits.maxConnections + bridges.length * FILES_PER_BRIDGE + FILES_BESIDE
  if (most === null || most >= needed) return []
  return [{
    message: `the process may have ${most} files open, and limits.max_connections = ${limits.maxConnections} needs ${needed}: devices beyond ${Math.max(0, most - FILES_BESIDE)} can not connect`,
    hint: `Raise it (LimitNOFILE=${needed} in the unit, ulimit -n ${needed}), or lower limits.max_connections`
  }]
}

function memoryWarnings (config: Config, { memory, available, heap }: Machine): readonly MachineWarning[] {
  const needed = boundedBytes(config)
  const warnings: MachineWarning[] = []
  if (available < LEAST_AVAILABLE) warnings.push({ message: `only ${mebibytes(available)} of memory are available`, hint: 'Stop what else runs here, or give the container more' })
  if (needed > memory * 0.75) warnings.push({ message: `queues and stores may grow to ${mebibytes(needed)}, and there are ${mebibytes(memory)} of memory`, hint: 'Lower max_send_queue_bytes of the bridges or limits.max_retained_bytes, or keep queues on disk with spool' })
  if (heap > memory) warnings.push({ message: `the heap may grow to ${mebibytes(heap)}, beyond the ${mebibytes(memory)} of memory: the system would kill the process without a word`, hint: `Set NODE_OPTIONS=--max-old-space-size=${Math.floor(memory / 1024 ** 2 * 0.6)}` })
  return warnings
}

/** What has a limit in the configuration and is kept in memory. */
function boundedBytes ({ bridges, limits }: Config): number {
  const queues = bridges.filter(({ enable, spool }) => enable && spool === null).reduce((sum, { maxSendQueueBytes }) => sum + maxSendQueueBytes, 0)
  return queues + limits.maxRetainedBytes + limits.partialFrameBytes
}

/** The soft limit, which Node has raised as far as it may. */
function openFiles (): number | null {
  try {
    const [, soft = ''] = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
    return /^\d+$/.test(soft) ? Number(soft) : null
  } catch {
    return null
  }
}

function mebibytes (bytes: number): string {
  return `${Math.round(bytes / 1024 ** 2)} MiB`
}
