/** The table of goals: what is run, in which order, and what is made of it. */
import { test } from 'tap'
import type { RunResult } from '../../../src/bench/measure/result.ts'
import { rowsOf } from '../../../src/bench/table/table-rows.ts'
import { blockNames, chosenRuns, MEMORY, MOSQUITTO, tableAgenda } from '../../../src/bench/table/table-runs.ts'
import { targetOf } from '../../../src/bench/target/catalogue.ts'

const target = targetOf('raw', { path: '', causewayVersion: '1', overrides: [], durability: null, programs: new Map() })
const targets = new Map([MEMORY, MOSQUITTO, 'causeway:spool'].map(label => [label, { ...target, label }]))

function result (id: string, label: string, round: number, figures: object): RunResult {
  return { scenario: '', case: id, target: label, round, outcome: 'passed', reasons: [], warnings: [], settings: [], figures: figures as RunResult['figures'], accounting: null, latency: null, memoryCourse: [] }
}

test('every round has every block, and turns the order inside round', t => {
  const agenda = tableAgenda(chosenRuns(['qos1', 'idle']), targets, 3, 1000)
  const order = (round: number): string[] => agenda.filter(each => each.round === round).map(each => each.target.label)
  t.same(order(1), [MEMORY, MOSQUITTO, 'causeway:spool', MEMORY])
  t.same(order(2), ['causeway:spool', MOSQUITTO, MEMORY, MEMORY])
  t.same(order(3), order(1))
  t.ok(agenda.every(({ durationMs }) => durationMs === 1000))
  t.throws(() => chosenRuns(['nothing']), { code: 'CW_BENCH_USAGE', hint: `There are ${blockNames.join(', ')}` })
  t.end()
})

test('five rounds fit into a quarter of an hour', t => {
  // a second of warm-up, three of measuring, and what starting and stopping take
  t.ok(chosenRuns([]).flat().length * 5 * 8 < 15 * 60)
  t.end()
})

test('ratios are taken round by round, and judged by their median', t => {
  const asked = [{ id: 'qos0', target: MEMORY }, { id: 'qos0', target: MOSQUITTO }]
  const rows = rowsOf(asked, [
    result('qos0', MOSQUITTO, 1, { rate: 100, cpuPerMessage: 4, memory: 1 }), result('qos0', MEMORY, 1, { rate: 700, cpuPerMessage: 0.8, memory: 160e6 }),
    result('qos0', MOSQUITTO, 2, { rate: 50, cpuPerMessage: 4, memory: 1 }), result('qos0', MEMORY, 2, { rate: 350, cpuPerMessage: 1.6, memory: 160e6 }),
    result('qos0', MOSQUITTO, 3, { rate: 100, cpuPerMessage: 4, memory: 1 }), result('qos0', MEMORY, 3, { rate: 100, cpuPerMessage: 1.2, memory: 140e6 })
  ])
  t.same(rows.map(({ aim, figure, met }) => [aim, figure, met]), [
    ['messages/s ≥ 6 × mosquitto', '7 × (1 × – 7 ×)', 'yes'],
    ['CPU a message ≤ 0.25 × mosquitto', '0.3 × (0.2 × – 0.4 ×)', 'no'],
    ['peak memory ≤ 150 MB', '160 MB (140 MB – 160 MB)', 'no']
  ])
  t.end()
})

test('what came to nothing is not measured, and what was not asked for has no row', t => {
  const rows = rowsOf([{ id: 'backlog', target: MEMORY }], [{ ...result('backlog', MEMORY, 1, {}), figures: null, outcome: 'error' }])
  t.match(rows, [{ what: 'backlog of 1 million messages', figure: '–', met: 'not measured' }, { aim: 'p99 latency ≤ 100 ms', met: 'not measured' }])
  t.equal(rows.length, 2)
  t.end()
})
