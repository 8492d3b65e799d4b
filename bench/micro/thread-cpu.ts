/** CPU by thread, which other work on the machine hardly changes: what one thread saves is what a machine with more cores can gain, what all take is what it costs. Linux only. */
import { readFileSync } from 'node:fs'

const TICK_MS = 10

/** CPU in microseconds for a message: of the first thread, and of the process. */
export interface ThreadCost {
  readonly first: number
  readonly all: number
}

function microsecondsOf (stat: string): number {
  const [user = 0, system = 0] = readFileSync(stat, 'utf8').replace(/^.*\) /, '').split(' ').slice(11, 13).map(Number)
  return (user + system) * TICK_MS * 1000
}

/** Measures for some seconds what goes on anyway. @param messages how many have been dealt with so far */
export async function threadCost (seconds: number, messages: () => number): Promise<ThreadCost> {
  const now = (): readonly [number, number, number] => [microsecondsOf(`/proc/self/task/${process.pid}/stat`), microsecondsOf('/proc/self/stat'), messages()]
  const before = now()
  await new Promise(resolve => setTimeout(resolve, seconds * 1000))
  const after = now()
  const count = after[2] - before[2]
  return { first: (after[0] - before[0]) / count, all: (after[1] - before[1]) / count }
}

/** In nanoseconds, as a cell of a table. */
export function costCell ({ first, all }: ThreadCost): string {
  return `${(first * 1000).toFixed(0)} / ${(all * 1000).toFixed(0)}`.padStart(32)
}
