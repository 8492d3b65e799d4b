import { Writable } from 'node:stream'
import { test } from 'tap'
import { TokenBucket } from '../../../src/broker/listener/token-bucket.ts'
import { RepeatedLines } from '../../../src/broker/repeated-lines.ts'
import { DeliveryIds } from '../../../src/broker/tap/delivery-ids.ts'
import { InboundQos2 } from '../../../src/broker/tap/inbound-qos2.ts'
import { PartialFrames } from '../../../src/broker/tap/partial-frames.ts'
import { Subscriptions } from '../../../src/broker/tap/subscriptions.ts'
import { createLogger } from '../../../src/logger.ts'
import { PacketType } from '../../../src/mqtt/packet-type.ts'

test('a token bucket lets a burst through, then its rate', async t => {
  const bucket = new TokenBucket(10, 0)
  const through = (now: number, tries: number): number => Array.from({ length: tries }, () => bucket.take(now)).filter(Boolean).length
  t.equal(through(0, 20), 10)
  t.equal(through(250, 20), 2)
  t.equal(through(60_000, 20), 10)
})

test('repeated lines are counted and told with the next', async t => {
  const lines: { msg: string, suppressed?: number }[] = []
  let now = 0
  const out = new Writable({ write: (chunk: Buffer, _encoding, done) => { lines.push(JSON.parse(chunk.toString()) as typeof lines[0]); done() } })
  const repeated = new RepeatedLines(createLogger({ level: 'warn', readable: false, out }), () => now)
  for (let i = 0; i < 5; i++) repeated.warn('a', {}, 'first')
  repeated.warn('b', {}, 'other')
  now = 10_000
  repeated.warn('a', {}, 'later')
  now = 30_000
  repeated.warn('a', {}, 'last')
  t.match(lines.map(line => [line.msg, line.suppressed]), [['first', undefined], ['other', undefined], ['later', 4], ['last', undefined]])
})

test('incomplete packets beyond the budget cost the one that holds most', async t => {
  const budget = new PartialFrames(100)
  const evicted: string[] = []
  const holder = (name: string, partialBytes: number): { partialBytes: number, evicted: () => void } => ({ partialBytes, evicted: () => { evicted.push(name) } })
  const small = holder('small', 30)
  budget.changed(small, 30)
  budget.changed(holder('large', 60), 60)
  t.equal(budget.total, 90)
  budget.changed(holder('last', 20), 20)
  t.same(evicted, ['large'])
  t.equal(budget.total, 50)
  small.partialBytes = 0
  budget.changed(small, -30)
  t.equal(budget.total, 20)
})

test('sessions with open QoS 2 identifiers are bounded, the oldest make room', async t => {
  const store = new InboundQos2(2, 5)
  for (const clientId of ['one', 'two', 'three']) {
    const ids = store.open(clientId, false)
    ids.take(1)
    store.keep(clientId, ids)
  }
  t.notOk(store.open('one', false).has(1))
  t.ok(store.open('two', false).has(1))
  t.notOk(store.open('three', true).has(1), 'a clean session starts with nothing')
})

test('an acknowledgement answers what is due next, once', async t => {
  const ids = new DeliveryIds()
  ids.published(1, 1)
  ids.published(2, 2)
  t.notOk(ids.answers(PacketType.PUBREC, 1))
  t.ok(ids.answers(PacketType.PUBACK, 1))
  t.notOk(ids.answers(PacketType.PUBACK, 1))
  t.notOk(ids.answers(PacketType.PUBCOMP, 2))
  t.ok(ids.answers(PacketType.PUBREC, 2))
  ids.released(2)
  t.ok(ids.answers(PacketType.PUBREC, 2), 'its PUBREL may have been lost')
  t.ok(ids.answers(PacketType.PUBCOMP, 2))
  t.equal(ids.size, 0)
})

test('the QoS of a delivery by overlapping subscriptions', async t => {
  const subscriptions = new Subscriptions()
  t.equal(subscriptions.deliveryQos('a', 2), 2, 'queued for a filter that was given up')
  subscriptions.grant('a/#', 0)
  subscriptions.grant('a/+', 1)
  subscriptions.grant('a/b', 2)
  t.equal(subscriptions.deliveryQos('a/b', 2), 2)
  t.equal(subscriptions.deliveryQos('a/c', 2), 1)
  t.equal(subscriptions.deliveryQos('a/c/d', 2), 0)
  t.equal(subscriptions.deliveryQos('a/b', 1), 1)
  subscriptions.grant('a/b', 0)
  subscriptions.revoke('a/+')
  t.equal(subscriptions.deliveryQos('a/b', 2), 0)
  t.same(subscriptions.filters(), ['a/#', 'a/b'])
})
