/** The goals: what is compared, what is aimed at, and whether it is met. */
import type { Figures, RunResult } from '../measure/result.ts'
import { type Spread, spreadOf } from '../report/statistics.ts'
import { short, size, spread, time, whole } from '../report/words.ts'
import { MEMORY, MOSQUITTO, SPOOL } from './table-runs.ts'

/** Which runs: identifier and target. */
type Pick = readonly [id: string, target: string]

interface Goal {
  readonly what: string
  readonly aim: string
  readonly needs: readonly Pick[]
  readonly value: (runs: readonly RunResult[]) => Spread | null
  readonly words: (value: number) => string
  readonly met: (median: number) => boolean
}

export interface Row {
  readonly what: string
  readonly aim: string
  readonly figure: string
  readonly met: 'yes' | 'no' | 'not measured'
}

const of = (runs: readonly RunResult[], [id, target]: Pick): readonly RunResult[] => runs.filter(run => run.case === id && run.target === target)

function each (pick: Pick, name: keyof Figures): Goal['value'] {
  return runs => spreadOf(of(runs, pick).map(({ figures }) => figures?.[name] ?? null))
}

/** Round by round, which is what a noisy machine spoils least. */
function ratio (above: Pick, below: Pick, name: keyof Figures): Goal['value'] {
  return runs => spreadOf(of(runs, above).map(({ round, figures }) => {
    const mine = figures?.[name] ?? null
    const its = of(runs, below).find(other => other.round === round)?.figures?.[name] ?? null
    return mine === null || its === null || its === 0 ? null : mine / its
  }))
}

interface Terms {
  readonly name: keyof Figures
  readonly atLeast?: number
  readonly atMost?: number
}

function bound ({ atLeast = -Infinity, atMost = Infinity }: Terms): Goal['met'] {
  return value => value >= atLeast && value <= atMost
}

function sign ({ atLeast, atMost }: Terms, words: (value: number) => string): string {
  return atLeast === undefined ? `≤ ${words(atMost ?? 0)}` : `≥ ${words(atLeast)}`
}

const names: Partial<Readonly<Record<keyof Figures, string>>> = { rate: 'messages/s', cpuPerMessage: 'CPU a message', p99: 'p99 latency', memory: 'peak memory', drainRate: 'messages/s drained', urgentP99: 'p99 latency', ready: 'from start to `ready`' }
const ratioWords = (value: number): string => `${short(value)} ×`

interface Pair {
  readonly above: Pick
  readonly below: Pick
  /** What the second one is, in words. */
  readonly against: string
}

function compared (what: string, { above, below, against }: Pair, terms: Terms): Goal {
  return { what, aim: `${names[terms.name] ?? terms.name} ${sign(terms, ratioWords)} ${against}`, needs: [above, below], value: ratio(above, below, terms.name), words: ratioWords, met: bound(terms) }
}

function measured (what: string, pick: Pick, terms: Terms, words: (value: number) => string): Goal {
  return { what, aim: `${names[terms.name] ?? terms.name} ${sign(terms, words)}`, needs: [pick], value: each(pick, terms.name), words, met: bound(terms) }
}

const perSecond = (value: number): string => `${whole(value)}/s`
const plain: Pick = ['qos0', MEMORY]
const versus = (id: string, target: string = MEMORY, against = 'mosquitto'): Pair => ({ above: [id, target], below: [id, MOSQUITTO], against })
const versusPlain = (id: string, against: string): Pair => ({ above: [id, MEMORY], below: plain, against })

const goals: readonly Goal[] = [
  compared('QoS 0, 4 connections saturating', versus('qos0'), { name: 'rate', atLeast: 6 }),
  compared('QoS 0, 4 connections saturating', versus('qos0'), { name: 'cpuPerMessage', atMost: 0.25 }),
  compared('QoS 1 in memory', versus('qos1'), { name: 'rate', atLeast: 8 }),
  compared('QoS 1 in memory', versus('qos1'), { name: 'cpuPerMessage', atMost: 0.2 }),
  compared('QoS 1 with the spool, fsync always', versus('qos1', SPOOL, 'mosquitto, which stores nothing'), { name: 'rate', atLeast: 3 }),
  // Mosquitto 2.0.11 loses messages of QoS 2, so that there is nothing to compare with: the mark is what 2.1 was measured at
  measured('QoS 2 in memory, MQTT 5 remote (3 × the mark of mosquitto 2.1, 48,000/s)', ['qos2', MEMORY], { name: 'rate', atLeast: 144_000 }, perSecond),
  measured('QoS 2 with the journal, MQTT 5 remote (1 × the mark)', ['qos2', SPOOL], { name: 'rate', atLeast: 48_000 }, perSecond),
  compared('rewritten topic (prefix)', versusPlain('prefix', 'of the same topic'), { name: 'rate', atLeast: 0.8 }),
  measured('one local subscriber to everything', ['reading', MEMORY], { name: 'rate', atLeast: 100_000 }, perSecond),
  compared('a local subscriber that stops reading', versusPlain('stalled', 'without one'), { name: 'rate', atLeast: 0.9 }),
  compared('MQTT 5 devices, MQTT 5 remote', versusPlain('five-to-five', 'of 3.1.1'), { name: 'rate', atLeast: 0.8 }),
  compared('MQTT 5 devices, 3.1.1 remote', versusPlain('five-to-four', 'of 3.1.1'), { name: 'rate', atLeast: 0.7 }),
  compared('MQTT 5 devices, one local subscriber of MQTT 5 to everything', { above: ['five-reading', MEMORY], below: ['reading', MEMORY], against: 'of 3.1.1' }, { name: 'rate', atLeast: 0.7 }),
  ...([[20_000, 1.5], [60_000, 1.2]] as const).flatMap(([rate, cpu]) => {
    const pair = versus(`fan-in-${rate}`)
    const what = `200 devices, one message a write, ${perSecond(rate)}`
    return [compared(what, pair, { name: 'p99', atMost: 0.25 }), compared(what, pair, { name: 'cpuPerMessage', atMost: cpu })]
  }),
  compared('100 forward rules', versusPlain('rules-100', 'of 1 rule'), { name: 'cpuPerMessage', atMost: 1.2 }),
  compared('10,000 forward rules', versusPlain('rules-10000', 'of 1 rule'), { name: 'cpuPerMessage', atMost: 1.2 }),
  compared('1 million distinct topics', versusPlain('topics-1000000', 'of 4 topics'), { name: 'cpuPerMessage', atMost: 3 }),
  compared('1 million distinct topics', versusPlain('topics-1000000', 'of 4 topics'), { name: 'memory', atMost: 2 }),
  measured('backlog of 1 million messages', ['backlog', MEMORY], { name: 'drainRate', atLeast: 300_000 }, perSecond),
  measured('what is urgent (1,000/s in a lane of its own) while that backlog goes out', ['backlog', MEMORY], { name: 'urgentP99', atMost: 100_000 }, time),
  measured('memory at saturation, QoS 0', plain, { name: 'memory', atMost: 150e6 }, size),
  measured('memory at saturation, QoS 1', ['qos1', MEMORY], { name: 'memory', atMost: 150e6 }, size),
  measured('memory at rest', ['idle', MEMORY], { name: 'memory', atMost: 90e6 }, size),
  measured('start', ['idle', MEMORY], { name: 'ready', atMost: 500_000 }, time)
]

/** Rows whose runs were asked for. @param asked  identifier and target of all runs of the agenda */
export function rowsOf (asked: readonly { readonly id: string, readonly target: string }[], runs: readonly RunResult[]): Row[] {
  return goals.filter(({ needs }) => needs.every(([id, target]) => asked.some(one => one.id === id && one.target === target))).map(goal => {
    const value = goal.value(runs)
    return { what: goal.what, aim: goal.aim, figure: spread(value, goal.words), met: value === null ? 'not measured' : goal.met(value.median) ? 'yes' : 'no' }
  })
}
