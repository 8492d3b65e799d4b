import { test } from 'tap'
import { appointments, chosenScenarios } from '../../../src/bench/agenda.ts'
import { helpText, scenarioList } from '../../../src/bench/help.ts'
import { readOptions } from '../../../src/bench/options.ts'
import { scenarios } from '../../../src/bench/scenarios.ts'
import { targetOf } from '../../../src/bench/target/catalogue.ts'

const catalogue = { path: '/nowhere', causewayVersion: '1.2.3', overrides: [], durability: null, programs: new Map<string, string>() }

test('numbers of the command line replace those of a scenario', async t => {
  const options = readOptions(['--scenario', 'saturate-qos1,fan-in', '--payload', '64', '--connections', '8', '--rate', '1000', '--qos', '2'])
  const [saturate, fanIn] = chosenScenarios(options)
  t.match(saturate?.cases, [{ workload: { qos: 2, payload: 64, connections: 8, topics: 8, rate: 1000 } }])
  t.equal(fanIn?.cases.length, 1, 'cases that do not differ any more are one')
  t.equal(fanIn?.cases[0]?.label, '', 'and it is not called after what was replaced')
})

test('wrong options are refused with what is wanted', async t => {
  const wrong: readonly (readonly [string[], RegExp])[] = [
    [['--rounds', '0'], /--rounds 0: a whole number from 1 to 1000/],
    [['--duration', 'soon'], /--duration soon: a time such as 10s/],
    [['--qos', '3'], /one of 0, 1, 2/],
    [['--payload', '4'], /from 16 to/],
    [['--override', 'nothing'], /NAME=VALUE/],
    [['--external', 'here'], /HOST:PORT/],
    [['--nonsense'], /nonsense/],
    [['stray'], /stray/]
  ]
  for (const [argv, message] of wrong) t.throws(() => readOptions(argv), { code: 'CW_BENCH_USAGE', message }, argv.join(' '))
  t.throws(() => chosenScenarios(readOptions(['--scenario', 'nothing'])), { code: 'CW_BENCH_USAGE' })
})

test('targets are found by name, variant and program', async t => {
  t.match(targetOf('causeway:spool', catalogue), { label: 'causeway:spool', kind: 'process', version: '1.2.3' })
  t.match(targetOf('raw', catalogue), { kind: 'direct' })
  t.match(targetOf('causeway@/opt/other/main.js', catalogue), { version: '/opt/other/main.js' })
  t.throws(() => targetOf('emqx', catalogue), { code: 'CW_BENCH_USAGE' })
  t.throws(() => targetOf('causeway:disk', catalogue), { code: 'CW_BENCH_USAGE' })
  t.throws(() => targetOf('naive:fast', catalogue), { code: 'CW_BENCH_USAGE' })
  t.throws(() => targetOf('mosquitto@/not/there', catalogue), { code: 'CW_BENCH_TARGET_MISSING' })
})

test('rounds alternate the targets, back and forth', async t => {
  const options = readOptions(['--scenario', 'saturate-qos0', '--rounds', '3'])
  const targets = [targetOf('naive', catalogue), targetOf('raw', catalogue)]
  t.strictSame(appointments(chosenScenarios(options), targets, options).map(({ target, round }) => `${target.label} ${round}`), ['naive 1', 'raw 1', 'raw 2', 'naive 2', 'naive 3', 'raw 3'])
})

test('what is no bridge takes no part where a bridge is needed', async t => {
  const options = readOptions(['--scenario', 'rotate,backlog,idle', '--rounds', '1'])
  t.strictSame(appointments(chosenScenarios(options), [targetOf('raw', catalogue)], options), [])
})

test('every scenario can be found and is bounded', async t => {
  for (const { name, cases } of scenarios) {
    t.match(scenarioList(), name)
    for (const { workload, label } of cases) t.ok(workload.window <= 65_535 && workload.payload >= 16 && workload.topics >= 1, `${name} ${label}`)
    t.equal(new Set(cases.map(({ label }) => label)).size, cases.length, `${name}: labels differ`)
  }
  t.match(helpText(), /Exit code/)
})
