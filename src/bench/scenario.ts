/** A scenario as data: the cases it is made of, and which figure it is about. */
import type { Workload } from './wire/workload.ts'

export interface Case {
  /** Tells the cases of a scenario apart; empty where there is one. */
  readonly label: string
  /** Place on the axis of a chart. */
  readonly x: number
  readonly workload: Workload
  /** `up`: devices to remote. `down`: remote to one local subscriber. */
  readonly direction: 'up' | 'down'
  readonly flow: 'steady' | 'backlog' | 'idle'
  /** What happens in the middle of the measured window. */
  readonly incident: 'none' | 'rotate' | 'storm'
  /** Forward rules that match nothing, beside the one that matches. */
  readonly idleRules: number
  /** MQTT level the bridge speaks to the remote. */
  readonly remoteLevel: 4 | 5
  /** Put before the topic at the remote. */
  readonly prefix: string
  /** Local subscribers of everything: some that read, some that stopped reading. */
  readonly reading: number
  readonly stalled: number
  /** Beside a backlog: messages that must not wait behind it, by a rule of high priority where the target has that. */
  readonly urgent: boolean
}

/** Figures a scenario can be about; the first word of a ratio. */
export const figures = {
  rate: { title: 'messages/s', better: 'higher' },
  secondP99: { title: 'p99 of the median second', better: 'lower' },
  drainRate: { title: 'messages/s drained', better: 'higher' },
  urgentP99: { title: 'p99 of what is urgent', better: 'lower' },
  rotationPause: { title: 'pause of the median rotation', better: 'lower' },
  recovery: { title: 'time until all are back', better: 'lower' },
  memory: { title: 'peak memory', better: 'lower' }
} as const
export type Figure = keyof typeof figures

export interface Scenario {
  readonly name: string
  /** One sentence for `--list`. */
  readonly summary: string
  readonly about: Figure
  readonly cases: readonly Case[]
  /** Measured seconds where the usual ones do not do; null: as asked. */
  readonly seconds: number | null
}
