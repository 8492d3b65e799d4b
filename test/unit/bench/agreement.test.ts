import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { agreementHtml, agreementMarkdown, agreementText } from '../../../src/bench/report/agreement-text.ts'
import { agreementOf, type EarlierRun, readEarlier, verdictOn } from '../../../src/bench/report/agreement.ts'
import type { ScenarioReport } from '../../../src/bench/report/report.ts'
import { noPaint } from '../../../src/bench/report/table.ts'
import { scratch } from '../../support/bench-run.ts'

type Ratios = Readonly<Record<string, number>>

/** One scenario whose targets have these ratios; `least` is what came through in the worst round of some. */
function run (ratios: Ratios, about = 'rate', least: Ratios = {}): EarlierRun {
  const measured = (target: string, ratio: { readonly median: number } | null): EarlierRun['scenarios'][0]['cases'][0]['entries'][0] => ({ target, ratio, figures: { rate: { least: least[target] ?? 20_000 } } })
  const entries = [measured('mosquitto', null), ...Object.entries(ratios).map(([target, median]) => measured(target, { median }))]
  return {
    format: 1,
    date: '2026-11-30T22:40:11.000Z',
    command: 'causeway bench',
    baseline: 'mosquitto',
    scenarios: [{ name: 'fan-in', about, cases: [{ label: '20,000/s', workload: { rate: 20_000 }, entries }] }]
  }
}

/** The same as a report: agreement reads no more of it. */
function report (ratios: Ratios, least: Ratios = {}): readonly ScenarioReport[] {
  return run(ratios, 'rate', least).scenarios as unknown as readonly ScenarioReport[]
}

test('a ratio that is a quarter away agrees, up as well as down; one further away does not', async t => {
  const { rows } = agreementOf(run({ a: 10, b: 10, c: 10, d: 10 }), report({ a: 12.5, b: 8, c: 12.6, d: 7.9 }))
  t.strictSame(rows.map(({ target, verdict }) => [target, verdict]), [['a', 'agrees'], ['b', 'agrees'], ['c', 'differs'], ['d', 'differs']])
})

test('where a target or the baseline did not hold the schedule in one of the runs there is nothing to agree', async t => {
  const verdicts = (then: Ratios, now: Ratios): unknown => agreementOf(run({ a: 10, b: 10 }, 'rate', then), report({ a: 99, b: 10 }, now)).rows.map(({ verdict }) => verdict)
  t.strictSame(verdicts({ a: 19_600 }, { a: 19_600 }), ['differs', 'agrees'])
  t.strictSame(verdicts({ a: 19_599 }, {}), ['overloaded', 'agrees'])
  t.strictSame(verdicts({}, { mosquitto: 15_000 }), ['overloaded', 'overloaded'])
  const agreement = agreementOf(run({ a: 10, b: 10 }), report({ a: 99, b: 10 }, { a: 15_000 }))
  t.equal(verdictOn(agreement), '1 of 1 ratios agree within 25 % with those of 2026-11-30 22:40 UTC. Not compared: 1, where a target did not hold the schedule.')
  t.match(agreementText(agreement, noPaint), /fan-in 20,000\/s {2}a +10 × +99 × +overloaded/)
})

test('it says so in words, on a terminal, in Markdown and on the page', async t => {
  const agreement = agreementOf(run({ causeway: 8, raw: 77 }), report({ causeway: 9, raw: 31 }))
  t.equal(verdictOn(agreement), '1 of 2 ratios agree within 25 % with those of 2026-11-30 22:40 UTC; 1 does not.')
  t.match(agreementText(agreement, noPaint), /fan-in 20,000\/s {2}causeway +8 × +9 × +12\.5 %/)
  t.match(agreementMarkdown(agreement).join('\n'), '| fan-in 20,000/s | raw | 77 × | 31 × | 148 % |')
  t.match(agreementHtml(agreement), '<td>raw</td><td class="number">77 ×</td>')
})

test('what only one of them measured, or as another figure, is left out', async t => {
  t.strictSame(agreementOf(run({ naive: 2 }), report({ causeway: 2 })).rows, [])
  t.strictSame(agreementOf(run({ causeway: 2 }, 'p99'), report({ causeway: 2 })).rows, [])
  t.match(verdictOn(agreementOf(run({}), report({}))), /has no ratio that this one has too/)
})

test('a file that is none, or of another baseline, is refused before anything is measured', async t => {
  const dir = await scratch(t)
  const file = join(dir, 'earlier.json')
  const refused = async (content: string, message: RegExp): Promise<unknown> => {
    await writeFile(file, content)
    return t.rejects(readEarlier(file, 'mosquitto'), { code: 'CW_BENCH_USAGE', message })
  }
  await t.rejects(readEarlier(join(dir, 'missing.json'), 'mosquitto'), { code: 'CW_BENCH_USAGE', message: /ENOENT/ })
  await refused('{', /JSON/)
  await refused('{"format":2}', /not the result of a run \(format/)
  await refused(JSON.stringify({ ...run({}), baseline: 'naive' }), /ratios are to naive, and those of this run to mosquitto/)
  await writeFile(file, JSON.stringify(run({ causeway: 2 })))
  t.equal((await readEarlier(file, 'mosquitto')).scenarios[0]?.name, 'fan-in')
})
