import { test } from 'tap'
import type { LocalInterest } from '../../../src/relay/local-interest.ts'
import { plainTerms } from '../../../src/relay/link.ts'
import { createRelay } from '../../../src/relay/bridge-relay.ts'
import type { OutboxOptions } from '../../../src/relay/outbox-options.ts'
import { Outbox } from '../../../src/relay/outbox.ts'
import { Admission } from '../../../src/relay/relay.ts'
import type { ForwardRule } from '../../../src/relay/route-table.ts'
import { outboxOptions } from '../../support/outbox-options.ts'
import { type PlainPublish, publishFrame, viewOf } from '../../support/publish-frames.ts'
import { ScriptedLink, Turn } from '../../support/scripted-link.ts'

const device = { bridge: null }

function rule (filter: string, more: Partial<ForwardRule> = {}): ForwardRule {
  return { filter, rename: null, qos: null, retain: null, ...more }
}

function bridge (turn: Turn, more: Partial<OutboxOptions> = {}) {
  const outbox = new Outbox(outboxOptions({ name: 'north', maxCount: 4, maxBytes: 4096, windowQos1: 10, windowQos2: 10, schedule: turn.schedule, ...more }))
  const link = new ScriptedLink()
  return { outbox, link, up: () => outbox.linkUp(link, plainTerms) }
}

function offer (relay: ReturnType<typeof createRelay>, message: PlainPublish, origin: { bridge: string | null } = device) {
  const view = viewOf(publishFrame(message))
  return relay.admit(relay.lookup(view.bytes, view.topicStart, view.topicEnd), view, origin, null, 0)
}

const hello: PlainPublish = { topic: 'a/b', payload: 'hello', qos: 1 }

test('a topic is judged once and found again', async t => {
  const relay = createRelay({ interest: null })
  const bytes = Buffer.from('a/b')
  const entry = relay.lookup(bytes, 0, 3)
  t.match(entry, { name: 'a/b', valid: true, system: false, bridged: false, local: false })
  t.equal(relay.lookup(Buffer.from('xa/b'), 1, 4), entry)
  for (const name of ['a/c', 'x/b', 'a/b', 'a/b', 'a/bc']) t.equal(relay.lookup(Buffer.from(name), 0, name.length).name, name)
  t.match(relay.lookup(Buffer.from('$x'), 0, 2), { system: true, valid: true })
  for (const bad of ['a/+', '#', '', 'a\0', '\xff']) {
    const name = Buffer.from(bad, 'latin1')
    t.match(relay.lookup(name, 0, name.length), { valid: false, name: '', bridged: false, local: false })
  }
  t.equal(relay.cachedTopics, 5, 'what is not valid takes no place')
})

test('local interest is asked again when it may have changed, and only then', async t => {
  let asked = 0
  let wanted = false
  let changed: (filter: string) => void = () => {}
  const interest: LocalInterest = { wants: () => { asked++; return wanted }, mayWant: () => true, onChange: call => { changed = call } }
  const relay = createRelay({ interest })
  const local = () => relay.lookup(Buffer.from('a/b'), 0, 3).local
  t.equal(local(), false)
  t.equal(local(), false)
  t.equal(asked, 1)
  wanted = true
  changed('other/#')
  t.equal(asked, 1)
  t.equal(local(), false, 'a filter of another first level changes nothing')
  changed('a/#')
  t.equal(local(), true)
  wanted = false
  changed('+/b')
  t.equal(local(), false)
  t.equal(asked, 3)
})

test('every matching rule fires once for each name', async t => {
  const turn = new Turn()
  const relay = createRelay({ interest: null })
  const { outbox, link, up } = bridge(turn, { maxCount: 100 })
  relay.attach(outbox, [
    rule('a/#'),
    rule('a/b', { qos: 0 }),
    rule('+/b', { rename: topic => `site/${topic}`, qos: 2, retain: true }),
    rule('#', { rename: () => 'site/a/b' }),
    rule('#', { rename: () => 'bad/#' })
  ])
  up()
  t.equal(offer(relay, hello), Admission.TAKEN)
  t.equal(offer(relay, { ...hello, topic: '$SYS/x' }), Admission.TAKEN)
  t.equal(offer(relay, { ...hello, topic: '$x/b' }), Admission.TAKEN)
  turn.end()
  t.match(link.publishes(), [
    { topic: 'a/b', payload: 'hello', qos: 1, retain: false },
    { topic: 'site/a/b', payload: 'hello', qos: 2, retain: true }
  ])
  relay.detach(outbox)
  t.equal(relay.lookup(Buffer.from('a/b'), 0, 3).bridged, false, 'a known topic forgets the routes of a bridge that went')
})

test('all required bridges or none', async t => {
  const turn = new Turn()
  const relay = createRelay({ interest: null })
  const north = bridge(turn)
  const south = bridge(turn, { name: 'south', maxCount: 2 })
  const spare = bridge(turn, { name: 'spare', required: false, maxCount: 1 })
  for (const { outbox } of [north, south, spare]) relay.attach(outbox, [rule('#')])
  t.equal(offer(relay, hello), Admission.TAKEN)
  t.equal(offer(relay, hello), Admission.TAKEN)
  t.equal(offer(relay, hello), Admission.FULL)
  t.same([north, south, spare].map(b => b.outbox.queued), [2, 2, 1])
  t.equal(spare.outbox.counters.droppedFull, 1)
  t.equal(spare.outbox.counters.acknowledgedDropped, 1)

  let called = 0
  relay.whenRoom(() => { called++ })
  south.up()
  turn.end()
  t.equal(called, 0)
  south.outbox.puback(south.link.publishes()[0]?.packetId ?? 0, 0)
  turn.end()
  t.equal(called, 1)
  t.equal(offer(relay, hello), Admission.TAKEN)
})

test('nothing goes back where it came from', async t => {
  const turn = new Turn()
  const relay = createRelay({ interest: null })
  const north = bridge(turn)
  const south = bridge(turn, { name: 'south' })
  const open = bridge(turn, { name: 'open', forwardBridged: true })
  for (const { outbox } of [north, south, open]) relay.attach(outbox, [rule('#')])
  offer(relay, hello, { bridge: 'north' })
  t.same([north, south, open].map(b => b.outbox.queued), [0, 0, 1])
  offer(relay, hello, { bridge: 'open' })
  t.same([north, south, open].map(b => b.outbox.queued), [0, 0, 1])
})

test('QoS 0 is dropped and counted while the link is down, and full when the link is', async t => {
  const turn = new Turn()
  const relay = createRelay({ interest: null })
  const { outbox, link, up } = bridge(turn)
  relay.attach(outbox, [rule('#')])
  const big: PlainPublish = { topic: 'a', payload: 'x'.repeat(100_000), qos: 0 }
  t.equal(offer(relay, big), Admission.TAKEN)
  t.equal(outbox.counters.droppedLinkDown, 1)
  up()
  link.full = true
  for (let i = 0; i < 3; i++) t.equal(offer(relay, big), Admission.TAKEN) // the third makes the second flush
  t.equal(offer(relay, big), Admission.TAKEN)
  t.equal(offer(relay, big), Admission.FULL)
  let called = 0
  relay.whenRoom(() => { called++ })
  turn.end()
  t.equal(called, 0)
  link.full = false
  outbox.drained()
  t.equal(called, 1)
  t.equal(link.publishes().length, 4)
})
