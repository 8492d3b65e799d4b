/**
 * What is run to fill the table of goals. Runs of one block follow each other in every round, back and forth, so that what a
 * row compares are neighbours in time; blocks are done round by round, so that a table that is stopped half-way has all its rows.
 */
import type { Appointment } from '../agenda.ts'
import { BenchError, benchCodes } from '../errors.ts'
import type { Case, Scenario } from '../scenario.ts'
import { scenarioNamed } from '../scenarios.ts'
import type { Target } from '../target/target.ts'

export const MOSQUITTO = 'mosquitto'
export const MEMORY = 'causeway:memory'
export const SPOOL = 'causeway:spool'

export interface TableRun {
  readonly id: string
  readonly target: typeof MOSQUITTO | typeof MEMORY | typeof SPOOL
  readonly scenario: Scenario
  readonly case: Case
}

interface Block {
  readonly name: string
  readonly runs: readonly TableRun[]
}

/** @param like  the scenario, and which of its cases */
function run (id: string, target: TableRun['target'], like: readonly [scenario: string, place?: number], change: Partial<Case> = {}): TableRun {
  const scenario = scenarioNamed(like[0])
  const base = scenario.cases[like[1] ?? 0]
  if (base === undefined) throw new Error(`${like[0]} has no case ${like[1] ?? 0}`)
  return { id, target, scenario, case: { ...base, ...change, label: id } }
}

const million = (): Partial<Case> => {
  const [base] = scenarioNamed('urgent').cases
  return base === undefined ? {} : { urgent: true, workload: { ...base.workload, count: 1_000_000 } }
}

const alone = (): Partial<Case> => {
  const [base] = scenarioNamed('idle').cases
  return base === undefined ? {} : { workload: { ...base.workload, connections: 1, topics: 1 } }
}

/** Devices of MQTT 5. */
function five ([name, place = 0]: readonly [scenario: string, place?: number], remoteLevel: 4 | 5): Partial<Case> {
  const base = scenarioNamed(name).cases[place]
  return base === undefined ? {} : { workload: { ...base.workload, level: 5 }, remoteLevel }
}

const blocks: readonly Block[] = [
  {
    name: 'qos0',
    runs: [
      run('rules-10000', MEMORY, ['rules', 2]),
      run('topics-1000000', MEMORY, ['topics', 2]),
      run('qos0', MOSQUITTO, ['saturate-qos0']),
      run('five-to-four', MEMORY, ['saturate-qos0'], five(['saturate-qos0'], 4)),
      // what is held closest to it stands beside it
      run('prefix', MEMORY, ['rewrite', 1]),
      run('qos0', MEMORY, ['saturate-qos0']),
      run('stalled', MEMORY, ['subscribers', 2]),
      run('five-to-five', MEMORY, ['saturate-qos0'], five(['saturate-qos0'], 5)),
      run('reading', MEMORY, ['subscribers', 1]),
      run('five-reading', MEMORY, ['subscribers', 1], five(['subscribers', 1], 5)),
      run('rules-100', MEMORY, ['rules', 1])
    ]
  },
  { name: 'qos1', runs: [run('qos1', MEMORY, ['saturate-qos1']), run('qos1', MOSQUITTO, ['saturate-qos1']), run('qos1', SPOOL, ['saturate-qos1'])] },
  // to a remote of MQTT 5, which says how much it takes: to one of 3.1.1 only 16 are under way, and that is what would be measured (docs/design/outbox.md)
  { name: 'qos2', runs: [run('qos2', MEMORY, ['saturate-qos2'], { remoteLevel: 5 }), run('qos2', SPOOL, ['saturate-qos2'], { remoteLevel: 5 })] },
  { name: 'fan-in', runs: [run('fan-in-20000', MOSQUITTO, ['fan-in', 0]), run('fan-in-20000', MEMORY, ['fan-in', 0]), run('fan-in-60000', MEMORY, ['fan-in', 1]), run('fan-in-60000', MOSQUITTO, ['fan-in', 1])] },
  { name: 'backlog', runs: [run('backlog', MEMORY, ['backlog'], million())] },
  { name: 'idle', runs: [run('idle', MEMORY, ['idle'], alone())] }
]

export const blockNames: readonly string[] = blocks.map(({ name }) => name)

/** @param names  empty: all */
export function chosenRuns (names: readonly string[]): TableRun[][] {
  for (const name of names) {
    if (!blockNames.includes(name)) throw new BenchError(benchCodes.USAGE, `the table has no block "${name}"`, { hint: `There are ${blockNames.join(', ')}` })
  }
  return blocks.filter(({ name }) => names.length === 0 || names.includes(name)).map(({ runs }) => [...runs])
}

export function tableAgenda (chosen: readonly (readonly TableRun[])[], targets: ReadonlyMap<string, Target>, rounds: number, durationMs: number): Appointment[] {
  const all: Appointment[] = []
  for (let round = 1; round <= rounds; round++) {
    for (const block of chosen) {
      for (const each of round % 2 === 1 ? block : block.toReversed()) {
        const target = targets.get(each.target)
        if (target !== undefined) all.push({ scenario: each.scenario, case: each.case, target, round, durationMs })
      }
    }
  }
  return all
}
