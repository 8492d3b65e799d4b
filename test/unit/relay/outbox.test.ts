import { test } from 'tap'
import { BridgeCounters } from '../../../src/metrics/bridge-counters.ts'
import { FIRST_QOS_2_ID } from '../../../src/relay/packet-ids.ts'
import type { SessionTerms } from '../../../src/relay/link.ts'
import { plainTerms } from '../../../src/relay/link.ts'
import { Outbox } from '../../../src/relay/outbox.ts'
import type { OutboxOptions } from '../../../src/relay/outbox-options.ts'
import { Receipts } from '../../../src/relay/receipts.ts'
import { Rewrite } from '../../../src/relay/rewrite.ts'
import { eventually } from '../../support/eventually.ts'
import { outboxOptions } from '../../support/outbox-options.ts'
import { publishFrame, readPublish, viewOf } from '../../support/publish-frames.ts'
import type { PlainPublish } from '../../support/publish-frames.ts'
import { ScriptedLink, Turn } from '../../support/scripted-link.ts'

const asIs = new Rewrite('a/b', 'a/b', -1, -1)
const message: PlainPublish = { topic: 'a/b', payload: 'hello', qos: 1, packetId: 7 }

function outboxWith (more: Partial<OutboxOptions> = {}) {
  const turn = new Turn()
  const link = new ScriptedLink()
  const counters = new BridgeCounters()
  const outbox = new Outbox(outboxOptions({ schedule: turn.schedule, counters, ...more }))
  return {
    outbox,
    link,
    turn,
    counters,
    up: (terms: Partial<SessionTerms> = {}) => outbox.linkUp(link, { ...plainTerms, ...terms }),
    take: (plain: PlainPublish, rewrite = asIs, level: 4 | 5 = 4) => outbox.take(rewrite, viewOf(publishFrame(plain), 0, level), null, 0)
  }
}

test('every change of topic, QoS, retain and version gives the frame it should', async t => {
  const renames = ['a/b', 'site/a/b', 'b', 'other', 'a/b/tail', 'x'.repeat(300), 'é/b']
  const blocks = [undefined, Buffer.alloc(0), Buffer.from([1, 1])]
  for (const level of [4, 5] as const) {
    for (const name of renames) {
      for (const properties of blocks) {
        for (const [qos, out] of [[0, -1], [1, -1], [2, -1], [0, 1], [1, 0], [2, 1], [1, 2]] as const) {
          const { up, take, turn, link } = outboxWith({ level })
          up()
          const from: PlainPublish = { topic: 'a/b', payload: 'x'.repeat(130), qos, ...(properties === undefined ? {} : { properties }) }
          take({ ...from, dup: qos !== 0 }, new Rewrite('a/b', name, out, 1), properties === undefined ? 4 : 5)
          turn.end()
          const [made] = link.publishes(level)
          t.match(made, { topic: name, payload: from.payload, qos: out === -1 ? qos : out, retain: true, dup: false })
          if (level === 5) t.same(made?.properties, properties ?? Buffer.alloc(0))
        }
      }
    }
  }
})

test('runs of neighbours are copied at once, and not mixed up with what is written between them', async t => {
  const { outbox, up, turn, link } = outboxWith()
  up()
  const frames = [0, 1, 2, 3, 4, 5].map(n => publishFrame({ ...message, qos: n % 3 === 2 ? 1 : 0, payload: String(n) }))
  const chunk = Buffer.concat(frames)
  const renamed = new Rewrite('a/b', 'c', -1, -1)
  for (let at = 0, n = 0; n < frames.length; at += frames[n++]?.length ?? 0) outbox.take(n === 3 ? renamed : asIs, viewOf(chunk, at), null, 0)
  turn.end()
  chunk.fill(0xff)
  const made = link.publishes()
  t.same(made.filter(({ qos }) => qos === 0).map(({ topic, payload }) => topic + payload), ['a/b0', 'a/b1', 'c3', 'a/b4'])
  t.same(made.filter(({ qos }) => qos === 1).map(({ topic, payload }) => topic + payload), ['a/b2', 'a/b5'])
})

test('ids are ours, go round, and are not taken twice', async t => {
  const { outbox, up, turn, link, take, counters } = outboxWith({ windowQos1: 3, maxCount: 100_000, maxBytes: 10_000_000 })
  up()
  let first = 0
  let highest = 0
  for (let n = 0; n < 70_000; n++) {
    take({ ...message, qos: 1 })
    turn.end()
    for (const { packetId: id = 0 } of link.publishes()) {
      if (n === 0) first = id
      else if (id === first) throw new Error('the id that is never acknowledged came again')
      else outbox.puback(id, 0)
      highest = Math.max(highest, id)
      if (id < 1024) throw new Error('an id of mqtt.js')
    }
  }
  t.equal(highest, FIRST_QOS_2_ID - 1, 'the upper half is for QoS 2')
  t.equal(counters.acknowledged, 69_999)
  outbox.puback(first, 0)
  t.equal(outbox.queued, 0)
})

test('a second acknowledgement of the same message changes nothing', async t => {
  const { outbox, up, turn, link, take, counters } = outboxWith()
  up()
  for (const qos of [1, 1, 2] as const) take({ ...message, qos })
  turn.end()
  const [a = 0, , c = 0] = link.publishes().map(({ packetId }) => packetId)
  t.equal(outbox.puback(a, 0), true)
  t.equal(outbox.puback(a, 0), false)
  t.equal(outbox.puback(c, 0), false, 'PUBACK is no answer to QoS 2')
  t.equal(outbox.pubcomp(c), false, 'nor PUBCOMP before PUBREC')
  t.equal(outbox.queued, 2)
  t.equal(outbox.pubrec(c, 0), true)
  t.equal(outbox.pubcomp(c), true)
  t.equal(outbox.queued, 2, 'reckoned from the oldest that is not settled')
  t.equal(counters.strayAcknowledgements, 3)
})

test('the remote may be poorer than the message', async t => {
  await t.test('maximum packet size', async t => {
    const { outbox, up, turn, link, take, counters } = outboxWith()
    take({ ...message, payload: 'x'.repeat(200) })
    up({ maximumPacketSize: 100 })
    take({ ...message, payload: 'x'.repeat(200), qos: 0 })
    take({ ...message, payload: 'small' })
    turn.end()
    t.same(link.publishes().map(({ payload }) => payload), ['small'])
    t.equal(counters.droppedTooLarge, 2)
    t.equal(outbox.queued, 1)
  })
  await t.test('maximum QoS and retain', async t => {
    for (const maximumQos of [0, 1] as const) {
      const { outbox, up, turn, link, take, counters } = outboxWith({ level: 5 })
      for (const qos of [1, 2] as const) take({ ...message, qos, retain: true })
      up({ maximumQos, retainAvailable: false })
      take({ ...message, qos: 0, retain: true })
      turn.end()
      const frames = link.taken()
      const made = frames.map(frame => readPublish(frame, 5))
      t.equal(counters.sentBytes, frames.reduce((sum, { length }) => sum + length, 0), 'also those that have lost their QoS')
      t.same(made.map(({ topic, payload, qos, retain }) => [topic, payload, qos, retain]), [maximumQos, maximumQos, 0].map(qos => ['a/b', 'hello', qos, false]))
      t.equal(outbox.queued, maximumQos === 0 ? 0 : 2)
    }
  })
  await t.test('Receive Maximum', async t => {
    const { outbox, up, turn, link, take } = outboxWith()
    up({ receiveMaximum: 2 })
    for (const qos of [1, 2, 1] as const) take({ ...message, qos })
    turn.end()
    const [first, second] = link.publishes()
    t.equal(link.taken().length, 0)
    outbox.pubrec(second?.packetId ?? 0, 0)
    turn.end()
    t.equal(link.publishes().length, 0, 'PUBREC frees nothing')
    outbox.puback(first?.packetId ?? 0, 0)
    turn.end()
    t.equal(link.publishes().length, 1)
  })
  await t.test('a refusal settles the message', async t => {
    const { outbox, up, turn, link, take, counters } = outboxWith({ level: 5 })
    up()
    for (const qos of [1, 2] as const) take({ ...message, qos })
    turn.end()
    const [one, two] = link.publishes(5)
    outbox.puback(one?.packetId ?? 0, 0x87)
    outbox.pubrec(two?.packetId ?? 0, 0x97)
    t.equal(outbox.queued, 0)
    t.equal(counters.refusedByRemote, 2)
    t.same(link.taken(), [], 'no PUBREL')
  })
})

test('a frame larger than any batch or chunk goes through, alone', async t => {
  for (const qos of [0, 1] as const) {
    const { up, turn, link, take, outbox } = outboxWith()
    up()
    const payload = 'x'.repeat(700_000)
    take({ ...message, payload: 'before', qos })
    take({ ...message, payload, qos })
    take({ ...message, payload: 'y', qos }, new Rewrite('a/b', 'c', -1, -1))
    take({ ...message, payload, qos }, new Rewrite('a/b', 'c', -1, -1))
    turn.end()
    turn.end()
    turn.end()
    t.same(link.publishes().map(made => made.payload.length), [6, 700_000, 1, 700_000])
    t.ok(qos === 0 || outbox.queuedBytes > 1_400_000)
  }
})

test('memory is bounded while the link is down, and given back', async t => {
  const maxBytes = 4 * 1024 * 1024
  const { outbox, up, turn, link, take } = outboxWith({ maxCount: 1_000_000, maxBytes, windowQos1: 65_000 })
  const payload = 'x'.repeat(1000)
  const view = viewOf(publishFrame({ ...message, payload }))
  let taken = 0
  for (; outbox.hasRoom([asIs], 0, 1, view); taken++) take({ ...message, payload })
  turn.end()
  t.ok(taken > 3900 && taken < 4200, `${taken} messages`)
  t.ok(outbox.queuedBytes <= maxBytes)
  t.ok(outbox.heldBytes <= maxBytes + 512 * 1024, `${outbox.heldBytes} bytes held`)
  up()
  let all = 0
  for (let i = 0; i < 50; i++) {
    for (const { packetId = 0 } of link.publishes()) {
      outbox.puback(packetId, 0)
      all++
    }
    turn.end()
  }
  t.equal(all, taken)
  await eventually('spare memory is given back', () => outbox.heldBytes <= 1024 * 1024)
})

test('publishers hear of it when the remote has it, if they are to', async t => {
  const { outbox, up, turn, link } = outboxWith({ awaitRemote: true })
  const heard: number[] = []
  const receipts = new Receipts({ acknowledge: id => { heard.push(id) } })
  up()
  for (let id = 1; id <= 3; id++) {
    const slot = receipts.open(id, 1)
    outbox.take(asIs, viewOf(publishFrame({ ...message, payload: String(id) })), receipts, slot)
    receipts.release(slot)
  }
  turn.end()
  const ids = link.publishes().map(({ packetId = 0 }) => packetId)
  outbox.puback(ids[1] ?? 0, 0)
  t.same(heard, [])
  outbox.puback(ids[0] ?? 0, 0)
  t.same(heard, [1, 2])
  outbox.close()
  t.same(heard, [1, 2, 3], 'nobody waits for a bridge that was taken away')
})

test('after a reconnect with the session the same ids go out again with DUP, and PUBREL where the remote has the message', async t => {
  const { outbox, up, turn, link, take } = outboxWith()
  up()
  for (const qos of [1, 2, 2, 1] as const) take({ ...message, qos, payload: `${qos}` })
  turn.end()
  const sent = link.publishes()
  outbox.pubrec(sent[2]?.packetId ?? 0, 0)
  outbox.linkDown()
  take({ ...message, payload: 'new' })
  up({ sessionPresent: true })
  const frames = link.taken()
  t.same(frames.filter(frame => frame.readUInt8(0) === 0x62).map(frame => frame.readUInt16BE(2)), [sent[2]?.packetId])
  const again = frames.filter(frame => frame.readUInt8(0) !== 0x62).map(frame => readPublish(frame))
  t.same(again.map(({ packetId, dup, payload }) => [packetId, dup, payload]), [
    [sent[0]?.packetId, true, '1'],
    [sent[1]?.packetId, true, '2'],
    [sent[3]?.packetId, true, '1'],
    [again[3]?.packetId, false, 'new']
  ])
  outbox.linkDown()
  up({ sessionPresent: false })
  t.same(link.publishes().map(({ dup, qos }) => [dup, qos]), [[false, 1], [false, 2], [false, 2], [false, 1], [false, 1]], 'else all of it, as new')
})
