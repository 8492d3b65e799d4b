import fc from 'fast-check'
import { test } from 'tap'
import { canOverlap, matches } from '../../../src/mqtt/topic-filter.ts'
import { localFilters } from '../../../src/sidecar/local-filters.ts'
import { bridgeConfig, rule } from '../../support/bridge-rig.ts'
import { holds } from '../../support/property.ts'

function filtersOf (...topics: readonly string[]): string[] {
  return localFilters([bridgeConfig(1, { forwards: topics.map(topic => rule(topic, '')) })]).map(({ remoteTopic }) => remoteTopic)
}

test('filters that meet become the narrowest that covers both', async t => {
  t.same(filtersOf('a/b', 'a/c'), ['a/b', 'a/c'])
  t.same(filtersOf('a/b', 'a/#', 'a/b/c'), ['a/#'])
  t.same(filtersOf('a/+/c', 'a/b/+'), ['a/+/+'])
  t.same(filtersOf('#', '$own/a'), ['#', '$own/a'], '# matches no $ topic')
  t.same(filtersOf('x/1', 'a/+/c', 'a/b/+', 'a/q/q'), ['x/1', 'a/+/+'], 'a union can meet another one')
})

test('a bridge that is disabled wants nothing; a rule that makes QoS 0 asks for no more', async t => {
  const rules = { forwards: [rule('a', '', { qos: 0 }), rule('b', '')] }
  t.same(localFilters([bridgeConfig(1, { ...rules, enable: false })]), [])
  t.match(localFilters([bridgeConfig(1, rules)]), [{ remoteTopic: 'a', subscribeQos: 0, noLocal: true, retainAsPublished: true }, { remoteTopic: 'b', subscribeQos: 2 }])
})

const level = fc.constantFrom('a', 'b', '+')
const filter = fc.tuple(fc.array(level, { minLength: 1, maxLength: 3 }), fc.boolean()).map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'))
const topic = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 }).map(levels => levels.join('/'))

test('what any rule wants comes by one filter, never by two', async t => {
  await holds(t, fc.property(fc.array(filter, { minLength: 1, maxLength: 6 }), fc.array(topic, { maxLength: 10 }), (wanted, topics) => {
    const asked = filtersOf(...wanted)
    for (const [i, one] of asked.entries()) if (asked.slice(i + 1).some(other => canOverlap(one, other))) return false
    return topics.every(name => {
      const count = asked.filter(each => matches(each, name)).length
      return count <= 1 && (count === 1 || !wanted.some(each => matches(each, name)))
    })
  }))
  t.pass('for any rules')
})
