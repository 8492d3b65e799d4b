/** Each reader: what it takes as it is, what it takes with a warning because NanoMQ would not, what it refuses. */
import { test } from 'tap'
import type { HoconScalar, ScalarForm } from '../../../src/config/hocon/tree.ts'
import { readBool } from '../../../src/config/readers/bool.ts'
import { readChoice } from '../../../src/config/readers/choice.ts'
import { readDuration, showDuration, type DurationForm } from '../../../src/config/readers/duration.ts'
import { readNumber } from '../../../src/config/readers/number.ts'
import { readSize, showSize } from '../../../src/config/readers/size.ts'
import { readText } from '../../../src/config/readers/text.ts'
import { Ledger } from '../../../src/config/schema/ledger.ts'
import { type About, Reading } from '../../../src/config/schema/reading.ts'

const place = { file: 'test.conf', line: 3, column: 7 }
const ofNanomq: About = { secret: false, nanomq: true, kept: '60s' }

interface Outcome {
  readonly value: unknown
  readonly warning: string | undefined
  readonly problem: string | undefined
}

function run (read: (node: HoconScalar, reading: Reading) => unknown, text: string, form: ScalarForm, about: About = ofNanomq): Outcome {
  const ledger = new Ledger('/site')
  const value = read({ kind: 'scalar', place, form, text }, new Reading({ ledger, path: 'key', place, about }))
  return { value, warning: ledger.warnings[0]?.message, problem: ledger.problems[0]?.message }
}

const bySeconds: DurationForm = { bare: 's', nanomq: 'seconds' }
const readSeconds = (node: HoconScalar, reading: Reading): unknown => readDuration(node, reading, bySeconds)
const readMilliseconds = (node: HoconScalar, reading: Reading): unknown => readDuration(node, reading, { bare: 'ms', nanomq: 'number' })
const readOurs = (node: HoconScalar, reading: Reading): unknown => readDuration(node, reading, { bare: null, nanomq: 'milliseconds' })
const readWord = (node: HoconScalar, reading: Reading): unknown => readChoice(node, reading, ['allow', 'deny'])

test('what NanoMQ reads too is taken without a word', async t => {
  const rows: readonly (readonly [typeof readBool | typeof readSeconds, string, ScalarForm, unknown])[] = [
    [readBool, 'true', 'boolean', true],
    [readBool, 'false', 'boolean', false],
    [readNumber, '12', 'number', 12],
    [readNumber, '1.25', 'number', 1.25],
    [readNumber, '1e3', 'number', 1000],
    [readSize, '512', 'number', 512],
    [readSize, '64KB', 'size', 65_536],
    [readSize, '10mb', 'size', 10_485_760],
    [readSize, '1GB', 'quoted', 1_073_741_824],
    [readSize, '2K', 'quoted', 2048],
    [readSeconds, '60s', 'duration', 60_000],
    [readSeconds, '60s', 'quoted', 60_000],
    [readSeconds, '5m', 'duration', 300_000],
    [readSeconds, '1h', 'duration', 3_600_000],
    [readSeconds, '7d', 'duration', 604_800_000],
    [readSeconds, '10 s', 'quoted', 10_000],
    [readMilliseconds, '5000', 'number', 5000],
    [readText, 'plain', 'unquoted', 'plain'],
    [readText, '10MB', 'size', '10MB'],
    [readText, '', 'quoted', ''],
    [readWord, 'DENY', 'unquoted', 'deny']
  ]
  for (const [read, text, form, value] of rows) {
    t.same(run(read, text, form), { value, warning: undefined, problem: undefined }, `${text} (${form})`)
  }
})

test('what NanoMQ ignores or misreads is taken as it is meant, and said', async t => {
  const rows: readonly (readonly [typeof readBool | typeof readSeconds, string, ScalarForm, unknown, string])[] = [
    [readBool, 'true', 'quoted', true, 'NanoMQ ignores "true" and keeps 60s; taken as true'],
    [readBool, 'TRUE', 'unquoted', true, 'NanoMQ ignores TRUE and keeps 60s; taken as true'],
    [readBool, 'off', 'unquoted', false, 'NanoMQ ignores off and keeps 60s; taken as false'],
    [readBool, '1', 'number', true, 'NanoMQ ignores 1 and keeps 60s; taken as true'],
    [readNumber, '10', 'quoted', 10, 'NanoMQ ignores "10" and keeps 60s; taken as 10'],
    [readSeconds, '60', 'number', 60_000, 'NanoMQ ignores 60 without a unit and keeps 60s; taken as 60s'],
    [readSeconds, '10ms', 'duration', 10, 'NanoMQ reads 10ms as 10 minutes; taken as 10ms'],
    [readSeconds, '1.5s', 'quoted', 1500, 'NanoMQ reads "1.5s" as 0; taken as 1500ms'],
    [readSeconds, '10S', 'unquoted', 10_000, 'NanoMQ reads 10S as 0; taken as 10s'],
    [readMilliseconds, '5s', 'duration', 5000, 'NanoMQ ignores 5s and keeps 60s; taken as 5s'],
    [readText, '0001', 'number', '0001', 'NanoMQ ignores 0001 without quotes and keeps 60s; taken as "0001"'],
    [readText, 'true', 'boolean', 'true', 'NanoMQ ignores true without quotes and keeps 60s; taken as "true"']
  ]
  for (const [read, text, form, value, warning] of rows) {
    t.same(run(read, text, form), { value, warning, problem: undefined }, `${text} (${form})`)
  }
})

test('what could mean anything is refused with what is allowed', async t => {
  const rows: readonly (readonly [typeof readBool | typeof readSeconds, string, ScalarForm, RegExp])[] = [
    [readBool, 'maybe', 'unquoted', /true or false/],
    [readBool, '2', 'number', /true or false/],
    [readNumber, 'ten', 'unquoted', /must be a number/],
    [readNumber, '10MB', 'size', /must be a number/],
    [readNumber, '0x10', 'unquoted', /must be a number/],
    [readNumber, '', 'quoted', /must be a number/],
    [readSize, '10TB', 'unquoted', /must be a size/],
    [readSize, '-1', 'number', /must be a size/],
    [readSize, '1.5MB', 'unquoted', /must be a size/],
    [readSeconds, '10M', 'duration', /month to some/],
    [readSeconds, '-10s', 'unquoted', /time with its unit/],
    [readSeconds, 'soon', 'unquoted', /time with its unit/],
    [readSeconds, '5w', 'unquoted', /time with its unit/],
    [readOurs, '60', 'number', /time with its unit/],
    [readWord, 'dney', 'unquoted', /must be allow or deny/]
  ]
  for (const [read, text, form, problem] of rows) {
    const outcome = run(read, text, form)
    t.equal(outcome.value, undefined, `${text} (${form})`)
    t.match(outcome.problem, problem, `${text} (${form})`)
  }
})

test('a key of our own gives no lesson about NanoMQ', async t => {
  const ours: About = { secret: false, nanomq: false, kept: '' }
  t.same(run(readBool, 'yes', 'unquoted', ours), { value: true, warning: undefined, problem: undefined })
  t.same(run(readNumber, '7', 'quoted', ours), { value: 7, warning: undefined, problem: undefined })
})

test('a secret is not told, whatever is odd about it', async t => {
  const secret: About = { secret: true, nanomq: true, kept: '' }
  const { value, warning } = run(readText, '4711', 'number', secret)
  t.equal(value, '4711')
  t.equal(warning, 'NanoMQ ignores the value without quotes; taken as written')
})

test('times and sizes are shown as they would be written', async t => {
  t.same([0, 1, 999, 1000, 60_000, 90_000, 120_000, 3_600_000, 86_400_000].map(showDuration), ['0s', '1ms', '999ms', '1s', '60s', '90s', '2m', '1h', '1d'])
  t.same([0, 1, 1023, 1024, 1536, 1_048_576, 1_073_741_824].map(showSize), ['0', '1', '1023', '1KB', '1536', '1MB', '1GB'])
})
