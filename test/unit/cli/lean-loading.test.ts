import { setFlagsFromString } from 'node:v8'
import { runInThisContext } from 'node:vm'
import { type Test, test } from 'tap'
import { growAsEver, loadLean } from '../../../src/cli/lean-loading.ts'

setFlagsFromString('--allow-natives-syntax')
const statusOf = runInThisContext('made => %GetOptimizationStatus(made)') as (made: unknown) => number
/** Of V8's answer: its optimizing compiler has made this code. */
const OPTIMISED = 1 << 6

type Work = (count: number) => number

let made = 0

/** A function of its own: the same text is compiled once. */
function work (): Work {
  return runInThisContext(`count => { let sum = ${++made}; for (let i = 0; i < count; i++) sum = (sum * 31 + i) | 0; return sum }`) as Work
}

function isOptimised (made: Work): boolean {
  for (let i = 0; i < 2000; i++) {
    made(10_000)
    if ((statusOf(made) & OPTIMISED) !== 0) return true
  }
  return false
}

function check (t: Test, options: readonly string[], whileLoading: boolean): void {
  const made = work()
  loadLean(options)
  t.equal(isOptimised(made), whileLoading)
  growAsEver()
  t.ok(isOptimised(made), 'from then on as ever')
}

test('nothing is compiled for speed while it loads, and all that is run often afterwards', t => {
  check(t, ['--max-old-space-size=100'], false)
  t.end()
})

test('who has switched it off himself is not switched on', t => {
  for (const option of ['--no-opt', '--jitless', '--no-turbofan']) check(t, ['--enable-source-maps', `--a ${option}`], true)
  t.end()
})
