/** All scenarios there are. Options of the command line may change any number in them. */
import { BenchError, benchCodes } from './errors.ts'
import type { Case, Scenario } from './scenario.ts'
import type { Workload } from './wire/workload.ts'

const saturating: Workload = { qos: 0, payload: 200, connections: 4, topics: 4, batch: 256, rate: null, window: 1000, count: null, level: 4 }
const paced: Workload = { ...saturating, connections: 200, topics: 200, batch: 1, payload: 64, window: 100, rate: 20_000 }

const plain: Case = {
  label: '',
  x: 0,
  workload: saturating,
  direction: 'up',
  flow: 'steady',
  incident: 'none',
  idleRules: 0,
  remoteLevel: 4,
  prefix: '',
  reading: 0,
  stalled: 0,
  urgent: false
}

/** Of a tail: seconds enough for one in the middle. */
const TAIL_SECONDS = 6
/** Four rotations, of three steps of a second. */
const ROTATE_SECONDS = 13

function one (change: Partial<Case>): readonly Case[] {
  return [{ ...plain, ...change }]
}

function each (values: readonly number[], label: (value: number) => string, change: (value: number) => Partial<Case>): readonly Case[] {
  return values.map(value => ({ ...plain, label: label(value), x: value, ...change(value) }))
}

const perSecond = (rate: number): string => `${rate.toLocaleString('en')}/s`
const bytes = (size: number): string => size < 1024 ? `${size} B` : size < 1_048_576 ? `${size / 1024} KiB` : `${size / 1_048_576} MiB`

/** Larger payloads need fewer unacknowledged messages, so that the bytes under way stay bounded. */
function sized (payload: number): Workload {
  return { ...saturating, qos: 1, payload, window: Math.max(4, Math.min(1000, Math.floor(8_388_608 / payload))) }
}

export const scenarios: readonly Scenario[] = [
  { name: 'saturate-qos0', summary: '4 connections send QoS 0, 200 bytes, as fast as they are read', about: 'rate', seconds: null, cases: one({}) },
  { name: 'saturate-qos1', summary: '4 connections send QoS 1, 200 bytes, as fast as they are acknowledged, 1,000 unacknowledged each', about: 'rate', seconds: null, cases: one({ workload: { ...saturating, qos: 1 } }) },
  { name: 'saturate-qos2', summary: '4 connections send QoS 2, 200 bytes, as fast as they are acknowledged, 100 unacknowledged each', about: 'rate', seconds: null, cases: one({ workload: { ...saturating, qos: 2, window: 100 } }) },
  {
    name: 'fan-in',
    summary: '200 devices, one message a write, 64 bytes, QoS 0, on a fixed schedule',
    about: 'secondP99',
    seconds: TAIL_SECONDS,
    cases: each([20_000, 60_000], perSecond, rate => ({ workload: { ...paced, rate } }))
  },
  {
    name: 'latency',
    summary: 'QoS 1 on fixed schedules from 1,000 to 20,000 messages/s: the latency curve',
    about: 'secondP99',
    seconds: TAIL_SECONDS,
    cases: each([1000, 5000, 10_000, 20_000], perSecond, rate => ({ workload: { ...paced, qos: 1, connections: 20, topics: 20, payload: 200, window: 1000, rate } }))
  },
  {
    name: 'rules',
    summary: '1, 100 and 10,000 forward rules of which one matches',
    about: 'rate',
    seconds: null,
    cases: each([1, 100, 10_000], count => `${count.toLocaleString('en')} ${count === 1 ? 'rule' : 'rules'}`, count => ({ idleRules: count - 1 }))
  },
  {
    name: 'rewrite',
    summary: 'the topic crosses as it is, and with a prefix put before it',
    about: 'rate',
    seconds: null,
    cases: [{ ...plain, label: 'same topic', x: 0 }, { ...plain, label: 'prefix', x: 1, prefix: 'site/7/' }]
  },
  {
    name: 'topics',
    summary: '4, 10,000 and 1,000,000 distinct topics',
    about: 'rate',
    seconds: null,
    cases: each([4, 10_000, 1_000_000], count => `${count.toLocaleString('en')} topics`, topics => ({ workload: { ...saturating, topics } }))
  },
  {
    name: 'payload-sweep',
    summary: 'QoS 1 with payloads from 16 bytes to 1 MiB',
    about: 'rate',
    seconds: null,
    cases: each([16, 256, 4096, 65_536, 1_048_576], bytes, payload => ({ workload: sized(payload) }))
  },
  {
    name: 'subscribers',
    summary: 'the bridge with a local subscriber to everything: none, one that reads, one that stopped reading',
    about: 'rate',
    seconds: null,
    cases: [{ ...plain, label: 'none', x: 0 }, { ...plain, label: 'one reading', x: 1, reading: 1 }, { ...plain, label: 'one stalled', x: 2, stalled: 1 }]
  },
  {
    name: 'backlog',
    summary: 'the remote is away while 100,000 messages of QoS 1 come in; how fast they go out when it is back',
    about: 'drainRate',
    seconds: null,
    cases: one({ flow: 'backlog', workload: { ...saturating, qos: 1, count: 100_000 } })
  },
  {
    name: 'urgent',
    summary: 'a backlog of 100,000 messages goes out, and 1,000 messages/s that must not wait behind it',
    about: 'urgentP99',
    seconds: null,
    cases: one({ flow: 'backlog', urgent: true, workload: { ...saturating, qos: 1, count: 100_000 } })
  },
  {
    name: 'rotate',
    summary: 'the CA is exchanged again and again, there and back, under 5,000 messages/s of QoS 1: pause, loss, duplicates',
    about: 'rotationPause',
    seconds: ROTATE_SECONDS,
    cases: one({ incident: 'rotate', workload: { ...paced, qos: 1, connections: 20, topics: 20, payload: 200, window: 5000, rate: 5000 } })
  },
  {
    name: 'reconnect-storm',
    summary: '500 devices lose their connection at once and come back, under 5,000 messages/s of QoS 1',
    about: 'recovery',
    seconds: null,
    cases: one({ incident: 'storm', workload: { ...paced, qos: 1, connections: 500, topics: 500, window: 1000, rate: 5000 } })
  },
  { name: 'downlink', summary: 'the remote sends QoS 1, 200 bytes, to one local subscriber as fast as it is taken', about: 'rate', seconds: null, cases: one({ direction: 'down', workload: { ...saturating, qos: 1, connections: 1, topics: 1 } }) },
  { name: 'idle', summary: '1,000 connected devices that say nothing: memory and CPU at rest', about: 'memory', seconds: null, cases: one({ flow: 'idle', workload: { ...paced, connections: 1000, topics: 1000, rate: 1 } }) },
  { name: 'soak', summary: '5,000 messages/s of QoS 1 for ten minutes: does memory stay', about: 'memory', seconds: 600, cases: one({ workload: { ...paced, qos: 1, connections: 20, topics: 20, payload: 200, window: 1000, rate: 5000 } }) }
]

export const quickLook = ['saturate-qos0', 'saturate-qos1', 'latency'] as const

export function scenarioNamed (name: string): Scenario {
  const found = scenarios.find(each => each.name === name)
  if (found === undefined) throw new BenchError(benchCodes.USAGE, `unknown scenario "${name}"`, { hint: `There are ${scenarios.map(each => each.name).join(', ')}` })
  return found
}
