import { test } from 'tap'
import { canOverlap, faultOfFilter, isShared, isTopicFilter, matches, sharedFilter } from '../../../src/mqtt/topic-filter.ts'
import { MAX_TOPIC_LEVELS, faultOfTopicName, isServerName, isServerTopic, isSystemTopic, isTopicName } from '../../../src/mqtt/topic-name.ts'

const names: readonly (readonly [name: string, valid: boolean])[] = [
  ['a', true], ['/', true], ['a//b', true], [' ', true], ['$SYS/x', true], ['größe/☃/😀', true], ['a'.repeat(65_535), true],
  ['', false], ['+', false], ['a/#', false], ['a+b', false], ['a\0', false], ['a\ud800', false], ['\udc00a', false], ['a'.repeat(65_536), false], ['é'.repeat(32_768), false]
]

test('topic names: as a text and as bytes', async t => {
  for (const [name, valid] of names) {
    const title = JSON.stringify(name.slice(0, 20))
    t.equal(isTopicName(name), valid, title)
    const bytes = Buffer.from(name)
    const hasBytes = bytes.toString() === name // a lone surrogate has none
    if (hasBytes) t.equal(faultOfTopicName(bytes, 0, bytes.length) === null, valid, `${title} as bytes`)
  }
})

test('bytes that are no text are no topic name', async t => {
  for (const bytes of ['a\xff', '\x80/a', 'a/\xc3', '\xed\xa0\x80']) t.match(faultOfTopicName(Buffer.from(bytes, 'latin1'), 0, bytes.length), { clause: 'MQTT-1.5.3-1' })
})

test('levels of names and filters end at the limit', async t => {
  const three = Buffer.from('a/b/c')
  t.equal(faultOfTopicName(three, 0, 5, 3), null)
  t.match(faultOfTopicName(three, 0, 5, 2), { clause: '', reasonCode: 0x90 })
  t.ok(isTopicName('a/b/c', 3))
  t.notOk(isTopicName('a/b/c', 2))
  t.ok(isTopicFilter('a/+/#', 3))
  t.match(faultOfFilter('a/+/#', 2), { clause: '' })
  t.notOk(isTopicName('/'.repeat(MAX_TOPIC_LEVELS)), 'the default is a limit too')
  t.notOk(isTopicFilter('+/'.repeat(MAX_TOPIC_LEVELS) + '#'))
})

test('the server\'s own topics', async t => {
  for (const [name, itsOwn] of [['$SYS', true], ['$SYS/broker/uptime', true], ['$SYSTEM/x', false], ['a/$SYS/x', false], ['aSYS/x', false], ['$ABC/x', false], ['$SY', false], ['$SYS+', false]] as const) {
    t.equal(isServerTopic(name), itsOwn, name)
    // in place, with what else may stand in the chunk
    t.equal(isServerName(Buffer.from(`$SYS${name}S/x`), 4, 4 + name.length), itsOwn, `${name} as bytes`)
  }
  t.ok(isSystemTopic('$aws/x'))
  t.notOk(isSystemTopic('a/$aws'))
  t.notOk(isSystemTopic(''))
})

const filters: readonly (readonly [filter: string, clause: string | null])[] = [
  ['#', null], ['+', null], ['/', null], ['+/+/#', null], ['/+', null], ['a/#', null], ['$share/g/#', null], ['$SYS/#', null],
  ['', 'MQTT-4.7.3-1'], ['a#', 'MQTT-4.7.1-2'], ['#/', 'MQTT-4.7.1-2'], ['a/#/b', 'MQTT-4.7.1-2'], ['##', 'MQTT-4.7.1-2'],
  ['a+', 'MQTT-4.7.1-3'], ['+a/b', 'MQTT-4.7.1-3'], ['++', 'MQTT-4.7.1-3'], ['+#', 'MQTT-4.7.1-3'],
  ['a\0', 'MQTT-4.7.3-2'], ['\ud800', 'MQTT-4.7.3-2'], ['a'.repeat(65_536), 'MQTT-4.7.3-2']
]

test('topic filters', async t => {
  for (const [filter, clause] of filters) t.equal(faultOfFilter(filter)?.clause ?? null, clause, JSON.stringify(filter.slice(0, 20)))
})

test('shared subscriptions are taken apart', async t => {
  t.same(sharedFilter('$share/g/a/#'), { group: 'g', filter: 'a/#' })
  t.same(sharedFilter('$share/g//a'), { group: 'g', filter: '/a' })
  for (const other of ['a', '$share', '$share/', '$share/g', '$share/g/', '$share//a', '$share/+/a', '$share/g#/a', '$shared/g/a']) {
    t.equal(sharedFilter(other), null, other)
  }
  t.ok(isShared('$share/'))
  t.notOk(isShared('$shared/g/a'))
})

/** The examples of sections 4.7.1 and 4.7.2, and where implementations go wrong. */
const matching: readonly (readonly [filter: string, topic: string, does: boolean])[] = [
  ['sport/#', 'sport', true], ['sport/#', 'sport/', true], ['sport/#', 'sport/a/b', true], ['sport/#', 'sports', false],
  ['+', 'sport', true], ['+', '/sport', false], ['/+', '/sport', true], ['+/+', '/sport', true], ['sport/+', 'sport', false], ['sport/+', 'sport/', true],
  ['sport/+/#', 'sport', false], ['sport/+/#', 'sport/a', true], ['a/+/c', 'a//c', true], ['a/b', 'a/b/c', false], ['a/b/c', 'a/b', false],
  ['#', 'a/b', true], ['#', '$SYS/a', false], ['+/a', '$SYS/a', false], ['$SYS/#', '$SYS/a', true], ['$SYS/+', '$SYS/a', true], ['a/#', 'a/$b', true]
]

test('which topics a filter matches [MQTT-4.7.2-1]', async t => {
  for (const [filter, topic, does] of matching) t.equal(matches(filter, topic), does, `${filter} ${topic}`)
})

test('which filters can meet', async t => {
  for (const [one, other, can] of [
    ['a/#', 'a', true], ['a/+', '+/b', true], ['a/b', 'a/c', false], ['#', '$SYS/#', false], ['$SYS/+', '$SYS/#', true],
    ['+/a', '$x/+', false], ['a/#', 'a/b/c/d', true], ['a', 'a/b', false], ['+', 'a/#', true], ['+/+', 'a', false]
  ] as const) {
    t.equal(canOverlap(one, other), can, `${one} ${other}`)
  }
})
