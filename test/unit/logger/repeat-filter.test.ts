import { test } from 'tap'
import { RepeatFilter } from '../../../src/logger/repeat-filter.ts'

test('what is counted is summed up when ten minutes are over, and then it begins anew', t => {
  let now = 0
  const sums: string[] = []
  const filter = new RepeatFilter(() => now)
  const say = (kind: string): boolean => filter.admits(kind, (times, minutes) => sums.push(`${kind} ${times} in ${minutes}`))
  let said = 0
  for (; now < 600_000; now += 5000) if (say('a')) said++
  t.equal(said, 5)
  t.same(sums, [])
  t.ok(say('a'), 'the next is said again')
  t.same(sums, ['a 120 in 10'])
  filter.close()
  t.same(sums, ['a 120 in 10'], 'what was said is not summed up')
  t.end()
})

test('kinds without end are one kind in the end', t => {
  const filter = new RepeatFilter(() => 0)
  const sums: number[] = []
  let said = 0
  for (let i = 0; i < 10_000; i++) if (filter.admits(`kind ${i}`, times => sums.push(times))) said++
  t.ok(said < 510, `${said} lines`)
  filter.close()
  t.equal(sums.reduce((sum, each) => sum + each, 0), 10_000 - 500)
  t.end()
})
