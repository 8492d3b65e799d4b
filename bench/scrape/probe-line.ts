/** What the probe in the measured process has seen, a line a second. */
import { readFile } from 'node:fs/promises'

/** One look that came late. */
export interface Late {
  /** By how much. */
  readonly ms: number
  /** Since the look before, its thread was on a core so long … */
  readonly ranMs: number
  /** … and wanted one in vain so long. */
  readonly waitedMs: number
  /** So long garbage was collected, by the clock. */
  readonly collectedMs: number
}

export interface ProbeLine {
  /** When its second ended, in milliseconds since 1970. */
  readonly at: number
  /** The look that came latest. */
  readonly latest: Late
  /** The one before which its thread had most to do. */
  readonly busiest: Late
  /** Pauses for the collection of garbage: all, and the longest. */
  readonly collectedMs: number
  readonly longestPauseMs: number
}

/**
 * What of a delay was work: the rest of it is a machine that had no core free, or another thread that was waited for. What could not be done without
 * a core is done in one go after it: on a machine that is busy with other things this is more than it would be.
 */
export function workOf ({ ms, ranMs }: Pick<Late, 'ms' | 'ranMs'>): number {
  return Math.min(ms, ranMs)
}

/** The whole seconds that lie between the two times, in milliseconds since 1970; none where the kernel does not book it. */
export async function probeLines (path: string, begin: number, end: number): Promise<readonly ProbeLine[]> {
  const lines = (await readFile(path, 'utf8').catch(() => '')).split('\n').filter(line => line !== '').map(line => JSON.parse(line) as ProbeLine) // as loop-probe.ts writes them
  return lines.filter(({ at }) => at - 1000 >= begin && at <= end)
}

/** For a person: the longest delay, and the longest that its own work made. */
export function wordsOf (lines: readonly ProbeLine[]): string {
  if (lines.length === 0) return 'not known here'
  const worst = (lates: readonly Late[], by: (late: Late) => number): Late => lates.reduce((a, b) => by(b) > by(a) ? b : a)
  const latest = worst(lines.map(({ latest }) => latest), ({ ms }) => ms)
  const busiest = worst(lines.map(({ busiest }) => busiest), workOf)
  const total = (of: (line: ProbeLine) => number): number => lines.reduce((sum, line) => sum + of(line), 0)
  return `${workOf(busiest).toFixed(1)} ms longest delay by its own work (${busiest.collectedMs.toFixed(1)} ms of it garbage); ` +
    `${latest.ms.toFixed(1)} ms longest of all (${latest.waitedMs.toFixed(1)} ms of it without a core); ` +
    `garbage ${(total(({ collectedMs }) => collectedMs) / lines.length).toFixed(0)} ms a second, longest pause ${Math.max(...lines.map(({ longestPauseMs }) => longestPauseMs)).toFixed(1)} ms`
}
