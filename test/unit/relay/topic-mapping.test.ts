import { test } from 'tap'
import { compileMapping } from '../../../src/relay/topic-mapping.ts'

interface Row {
  readonly why: string
  readonly source: string
  readonly target: string
  readonly prefix?: string
  readonly suffix?: string
  readonly topic: string
  readonly gives: string
  readonly same?: true
}

const rows: readonly Row[] = [
  { why: 'an empty target keeps the topic', source: 'a/#', target: '', topic: 'a/b', gives: 'a/b', same: true },
  { why: 'an empty target keeps the topic between prefix and suffix', source: 'a/#', target: '', prefix: 'site', suffix: '/up', topic: 'a/b', gives: 'sitea/b/up' },
  { why: 'a target without wildcard is the name of every match', source: 'a/#', target: 'all', topic: 'a/b/c', gives: 'all' },
  { why: 'many to one', source: 'a/#', target: 'all', topic: 'a', gives: 'all' },
  { why: 'a constant gets prefix and suffix too', source: 'a', target: 'b', prefix: 'p/', suffix: '/s', topic: 'a', gives: 'p/b/s' },
  { why: 'a constant that is the source', source: 'a/b', target: 'a/b', topic: 'a/b', gives: 'a/b', same: true },
  { why: 'levels in front of the tail are removed', source: '+/nanomq/#', target: '#', topic: 'cmd/nanomq/hello/world', gives: 'hello/world' },
  { why: 'the whole source as target', source: 'a/#', target: 'a/#', topic: 'a/b', gives: 'a/b', same: true },
  { why: '# to #', source: '#', target: '#', topic: 'x/y', gives: 'x/y', same: true },
  { why: '# matches the parent level, and keeps it', source: '+/#', target: '+/#', topic: 'x', gives: 'x', same: true },
  { why: 'a tail with literal levels', source: 'site/1/+/t/#', target: '+/t/#', topic: 'site/1/dev/t/x/y', gives: 'dev/t/x/y' },
  { why: 'one level out of the middle', source: 'site/1/+/t/+/#', target: '+', topic: 'site/1/dev/t/x/y', gives: 'dev' },
  { why: 'two levels out of the middle', source: 'site/1/+/t/#', target: '1/+', topic: 'site/1/dev/t/x', gives: '1/dev' },
  { why: 'the first of equal parts counts', source: 's/+/+/t/#', target: '+/+', topic: 's/a/t/t/x', gives: 'a/t' },
  { why: 'a part at the front', source: '+/t/#', target: '+', topic: 'dev/t/x', gives: 'dev' },
  { why: 'letter by letter, not level by level: half a level at the front', source: 'device/+/#', target: 'vice/+/#', topic: 'device/7/x', gives: 'device/7/x', same: true },
  { why: 'half a level behind a removed one', source: 'a/device/+', target: 'vice/+', topic: 'a/device/7', gives: 'device/7' },
  { why: 'a part that starts with a slash keeps the level in front of it', source: 'a/b/#', target: '/#', topic: 'a/b/c', gives: 'b/c' },
  { why: 'a part between slashes counts them', source: 'a/+/b/c', target: '/+/', topic: 'a/x/b/c', gives: 'a/x/b' },
  { why: 'fewer levels than are kept', source: 'a/+/#', target: '+/', topic: 'a/x', gives: 'x' },
  { why: 'prefix and suffix are put on as they are', source: '#', target: '#', prefix: 'site', suffix: '!', topic: 'foo', gives: 'sitefoo!' },
  { why: 'prefix and suffix behind a cut', source: '+/nanomq/#', target: '#', prefix: 'p/', suffix: '/s', topic: 'cmd/nanomq/hello', gives: 'p/hello/s' },
  { why: 'nothing left, and a prefix', source: 'a/b/#', target: '#', prefix: 'site/', topic: 'a/b', gives: 'site/' },
  { why: 'nothing left at all keeps the name', source: 'a/b/#', target: '#', topic: 'a/b', gives: 'a/b' },
  { why: 'empty levels are levels', source: '/+/#', target: '#', topic: '/x/y', gives: 'y' },
  { why: 'a shared subscription: its group is no part of the topic', source: '$share/g/a/+/#', target: '+/#', topic: 'a/b/c', gives: 'b/c' },
  { why: 'a level in the middle is put elsewhere', source: 'site/+/temp', target: 'fleet/{1}/temperature', topic: 'site/7/temp', gives: 'fleet/7/temperature' },
  { why: 'levels change places, and one comes twice', source: '+/+/#', target: '{2}/{1}/{2}/{3}', topic: 'a/b/c/d', gives: 'b/a/b/c/d' },
  { why: 'a capture within a level', source: 'room/+/#', target: 'r-{1}-x/{2}', topic: 'room/9/t/u', gives: 'r-9-x/t/u' },
  { why: '# that matches the parent leaves no empty level', source: 'a/#', target: 'b/{1}', topic: 'a', gives: 'b' },
  { why: 'an empty level is captured as one', source: 'a/+/#', target: 'b/{1}/{2}', topic: 'a//c', gives: 'b//c' },
  { why: 'what is captured is not read again', source: '+/+', target: '{2}/{1}', topic: '{2}/$&', gives: '$&/{2}' },
  { why: 'captures between prefix and suffix', source: 'a/+', target: '{1}', prefix: 'p/', suffix: '/s', topic: 'a/b', gives: 'p/b/s' },
  { why: 'braces without a number are letters', source: 'a/+', target: 'x/{id}', topic: 'a/b', gives: 'x/{id}' },
  { why: 'captures of a shared subscription', source: '$share/g/a/+', target: 'b/{1}', topic: 'a/7', gives: 'b/7' },
  { why: 'more than ASCII', source: 'größe/+/#', target: '#', prefix: '東/', topic: 'größe/☃/😀', gives: '東/😀' }
]

for (const { why, source, target, prefix = '', suffix = '', topic, gives, same = false } of rows) {
  test(`${why}: ${source} to ${prefix}[${target}]${suffix}`, async t => {
    const mapping = compileMapping({ source, target, prefix, suffix })
    if (mapping.refused) throw new Error(mapping.reason)
    t.equal(mapping.map(topic), gives)
    t.equal(mapping.sameTopic, same)
  })
}

const refusals = [
  { source: 'a/+/b', target: 'x/+/y', reason: /letter by letter/ },
  { source: '#', target: 'a/#', reason: /letter by letter/ },
  { source: 'a/+/b', target: 'x/{2}', reason: /names \{2\}, and "a\/\+\/b" has 1 wildcard$/ },
  { source: 'a/b', target: 'x/{1}', reason: /has no wildcard/ },
  { source: 'a/+', target: 'x/{0}', reason: /names \{0\}/ },
  { source: 'a/+', target: '{1}/+', reason: /both wildcards and captures/ },
  { source: 'a/+', target: '{1}\0', reason: /no topic name/ },
  { source: 'a/+', target: '{1}', prefix: '\0', reason: /no part of a topic name/ },
  { source: 'a/#', target: '#/a', reason: /not the last character/ },
  { source: 'a/#/b', target: 'x', reason: /no topic filter/ },
  { source: 'a/#/b', target: '', reason: /no topic filter/ },
  { source: 'a/b#', target: '', reason: /no topic filter/ },
  { source: '', target: 'a', reason: /no topic filter/ },
  { source: '#', target: '', prefix: 'a/+/', reason: /prefix holds a wildcard/ },
  { source: '#', target: '', suffix: '/#', reason: /suffix holds a wildcard/ },
  { source: '#', target: 'a\0b', reason: /no topic name/ },
  { source: '#', target: '', prefix: '\0', reason: /no part of a topic name/ },
  { source: '#', target: '#', suffix: '\ud800', reason: /no part of a topic name/ }
]

for (const { source, target, prefix = '', suffix = '', reason } of refusals) {
  test(`refused: ${source} to ${JSON.stringify([prefix, target, suffix])}`, async t => {
    const mapping = compileMapping({ source, target, prefix, suffix })
    t.ok(mapping.refused)
    if (mapping.refused) t.match(mapping.reason, reason)
  })
}
