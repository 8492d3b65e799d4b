/** Filters, their overlap and the trie, against a matcher that is slow and plain. */
import fc from 'fast-check'
import { test } from 'tap'
import { FilterTrie } from '../../src/mqtt/filter-trie.ts'
import { canOverlap, isTopicFilter, matches } from '../../src/mqtt/topic-filter.ts'
import { isTopicName } from '../../src/mqtt/topic-name.ts'
import { holds } from '../support/property.ts'

const level = fc.constantFrom('', 'a', 'b', '$s', 'é')
const topic = fc.array(level, { minLength: 1, maxLength: 5 }).map(levels => levels.join('/')).filter(name => isTopicName(name))
const filter = fc.tuple(fc.array(fc.oneof(level, fc.constant('+')), { maxLength: 4 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'))
  .filter(text => isTopicFilter(text))

/** Section 4.7 read aloud. */
function naive (filter: string, topic: string): boolean {
  if (/^[+#]/.test(filter) && topic.startsWith('$')) return false
  const wanted = filter.split('/')
  const levels = topic.split('/')
  if (wanted.at(-1) === '#') {
    wanted.pop()
    return levels.length >= wanted.length && wanted.every((text, i) => text === '+' || text === levels[i])
  }
  return levels.length === wanted.length && wanted.every((text, i) => text === '+' || text === levels[i])
}

test('matches() is the plain matcher', async t => {
  await holds(t, fc.property(filter, topic, (filter, topic) => matches(filter, topic) === naive(filter, topic)), { numRuns: 5000 })
})

/** Every name of up to four levels of a small alphabet, the empty one too: enough to decide whether two filters over it meet. */
const everyTopic: string[] = []
for (let length = 1, heads = ['']; length <= 4; length++) {
  heads = heads.flatMap(head => ['', 'a', 'b', '$s'].map(text => length === 1 ? text : `${head}/${text}`))
  everyTopic.push(...heads)
}
const smallFilter = fc.tuple(fc.array(fc.constantFrom('', 'a', 'b', '$s', '+'), { maxLength: 3 }), fc.boolean())
  .map(([levels, open]) => [...levels, ...(open ? ['#'] : [])].join('/'))
  .filter(text => text !== '')

test('canOverlap() is true exactly when some topic matches both', async t => {
  await holds(t, fc.property(smallFilter, smallFilter, (one, other) =>
    canOverlap(one, other) === everyTopic.some(name => naive(one, name) && naive(other, name)) &&
    canOverlap(one, other) === canOverlap(other, one)), { numRuns: 3000 })
})

const change = fc.record({ filter, value: fc.nat(3), add: fc.boolean() })

test('the trie agrees with a list of what was added and removed', async t => {
  await holds(t, fc.property(fc.array(change, { maxLength: 40 }), fc.array(topic, { maxLength: 8 }), filter, (changes, topics, probe) => {
    const trie = new FilterTrie<number>()
    const held = new Map<string, number>()
    for (const { filter, value, add } of changes) {
      const key = JSON.stringify([filter, value])
      const count = held.get(key) ?? 0
      if (add ? trie.add(filter, value) !== (count === 0) : trie.remove(filter, value) !== (count === 1)) return false
      held.set(key, Math.max(0, count + (add ? 1 : -1)))
    }
    const pairs = [...held].filter(([, count]) => count > 0).map(([key]) => JSON.parse(key) as [string, number])
    if (trie.size !== pairs.length) return false
    if (trie.meets(probe) !== pairs.some(([filter]) => canOverlap(filter, probe))) return false
    return topics.every(name => {
      const wanted = pairs.filter(([filter]) => naive(filter, name)).map(([, value]) => value).sort()
      return trie.has(name) === (wanted.length > 0) && trie.match(name, []).sort().join() === wanted.join()
    })
  }), { numRuns: 2000 })
})

test('what was added and removed again leaves nothing behind', async t => {
  await holds(t, fc.property(fc.array(filter), filters => {
    const trie = new FilterTrie<string>()
    for (const one of filters) trie.add(one, 'x')
    for (const one of filters) trie.remove(one, 'x')
    return trie.size === 0 && !trie.meets('#') && !trie.meets('$s/#') && trie.match('a', []).length === 0
  }))
  const trie = new FilterTrie<string>()
  t.notOk(trie.remove('never/added', 'x'))
  trie.add('a/b/#', 'x')
  t.notOk(trie.remove('a/b', 'x'))
  t.notOk(trie.remove('a/b/#', 'y'))
  t.ok(trie.has('a/b'))
})

test('match() appends to what is there', async t => {
  const trie = new FilterTrie<string>()
  trie.add('#', 'all')
  trie.add('a', 'one')
  t.same(trie.match('a', ['before']).sort(), ['all', 'before', 'one'])
})
