/** What the operating system has booked for a process: CPU, memory, context switches. Linux has it in /proc; elsewhere it is not known. */
import { readdirSync } from 'node:fs'
import { readText } from './pinning.ts'

export interface Account {
  /** User and system time of all threads, in microseconds. */
  readonly cpu: number
  /** Resident memory now and at its highest, in bytes. */
  readonly resident: number
  readonly peak: number
  /** Voluntary and involuntary, of all threads there are. */
  readonly switches: number
}

/** USER_HZ, which Linux fixes at 100 for what it shows in /proc. */
const TICK_MICROS = 10_000

/** null where the process is gone or the platform has no /proc. */
export function accountOf (pid: number): Account | null {
  const stat = readText(`/proc/${pid}/stat`)
  // the second field is the name in brackets, which may hold blanks
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const user = Number(fields[11])
  const system = Number(fields[12])
  if (stat === '' || Number.isNaN(user + system)) return null
  const status = readText(`/proc/${pid}/status`)
  return { cpu: (user + system) * TICK_MICROS, resident: kilobytes(status, 'VmRSS'), peak: kilobytes(status, 'VmHWM'), switches: switchesOf(pid) }
}

function kilobytes (status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) * 1024
}

function switchesOf (pid: number): number {
  let sum = 0
  for (const thread of threadsOf(pid)) {
    for (const [, count] of readText(`/proc/${pid}/task/${thread}/status`).matchAll(/^(?:non)?voluntary_ctxt_switches:\s+(\d+)/gm)) sum += Number(count)
  }
  return sum
}

function threadsOf (pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

export interface MachineTime {
  /** Microseconds all cores were busy, and taken by the hypervisor. */
  readonly busy: number
  readonly stolen: number
}

/** null where the platform has no /proc/stat. */
export function machineTime (): MachineTime | null {
  const [user, nice, system, , , irq, softirq, steal] = readText('/proc/stat').split('\n')[0]?.split(/\s+/).slice(1).map(Number) ?? []
  if (user === undefined || nice === undefined || system === undefined) return null
  return { busy: (user + nice + system + (irq ?? 0) + (softirq ?? 0)) * TICK_MICROS, stolen: (steal ?? 0) * TICK_MICROS }
}
