import fc from 'fast-check'
import { test } from 'tap'
import { covers, isTopicFilter, matches } from '../../../src/mqtt/topic-filter.ts'
import { holds } from '../../support/property.ts'

test('one filter matches all that another does', async t => {
  for (const [wide, narrow] of [['#', 'a/b'], ['#', '+/b'], ['#', '#'], ['a/#', 'a'], ['a/#', 'a/b/#'], ['a/+', 'a/b'], ['+/+', 'a/+'], ['a', 'a'], ['a/+/#', 'a/b'], ['+', 'a']] as const) t.ok(covers(wide, narrow), `${wide} ${narrow}`)
  for (const [wide, narrow] of [['a/+', 'a/#'], ['a', 'a/#'], ['a/+', 'a'], ['a/b', 'a/+'], ['+', 'a/b'], ['a/+/#', 'a'], ['a/#', 'b'], ['+', '#']] as const) t.notOk(covers(wide, narrow), `${wide} ${narrow}`)
})

test('what it says is so for every topic', async t => {
  const level = fc.constantFrom('a', 'b', '')
  const filter = fc.array(fc.constantFrom('a', 'b', '+', '#', ''), { minLength: 1, maxLength: 4 }).map(levels => levels.join('/')).filter(each => isTopicFilter(each))
  await holds(t, fc.property(filter, filter, fc.array(level, { minLength: 1, maxLength: 5 }).map(levels => levels.join('/')).filter(topic => topic !== ''), (wide, narrow, topic) => {
    return !covers(wide, narrow) || !matches(narrow, topic) || matches(wide, topic)
  }), { numRuns: 2000 })
})
