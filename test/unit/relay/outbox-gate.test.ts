import { test } from 'tap'
import { BridgeCounters } from '../../../src/metrics/bridge-counters.ts'
import { plainTerms } from '../../../src/relay/link.ts'
import { Outbox } from '../../../src/relay/outbox.ts'
import { Rewrite } from '../../../src/relay/rewrite.ts'
import { outboxOptions } from '../../support/outbox-options.ts'
import { publishFrame, viewOf } from '../../support/publish-frames.ts'
import { ScriptedLink, Turn } from '../../support/scripted-link.ts'

const asIs = new Rewrite('a/b', 'a/b', -1, -1)
const kept = { ...plainTerms, sessionPresent: true }

function gated () {
  const turn = new Turn()
  const link = new ScriptedLink()
  const counters = new BridgeCounters()
  const outbox = new Outbox(outboxOptions({ schedule: turn.schedule, counters }))
  outbox.linkUp(link, plainTerms)
  const offer = (qos: 0 | 1 | 2, payload: string | Buffer = 'x'): boolean => {
    const view = viewOf(publishFrame({ topic: 'a/b', payload: payload.toString(), qos, packetId: 7 }), 0, 4)
    if (!outbox.hasRoom([asIs], 0, 1, view)) return false
    outbox.take(asIs, view, null, 0)
    turn.end()
    return true
  }
  return { outbox, link, turn, counters, offer }
}

test('nothing new goes out behind the gate, and what is under way is answered', async t => {
  const { outbox, link, turn, offer } = gated()
  offer(1)
  offer(2)
  const [first, second] = link.publishes(4).map(({ packetId }) => packetId ?? 0)
  let answered = 0
  outbox.gate(() => { answered++ })
  offer(1, 'later')
  offer(0, 'later')
  t.equal(link.taken().length, 0)
  outbox.puback(first ?? 0, 0)
  turn.end()
  t.equal(answered, 0)
  outbox.pubrec(second ?? 0, 0)
  turn.end()
  t.same(link.taken().map(frame => frame.readUInt8(0)), [0x62], 'PUBREL goes out all the same')
  t.equal(answered, 0)
  outbox.pubcomp(second ?? 0)
  turn.end()
  t.equal(answered, 1)

  const next = new ScriptedLink()
  outbox.linkUp(next, kept)
  t.same(next.publishes(4).map(({ qos, dup, payload }) => [qos, dup, payload]), [[1, false, 'later'], [0, false, 'later']], 'the next one gets it, once')
  t.equal(link.taken().length, 0)
  t.equal(answered, 1)
})

test('with nothing under way it is answered at once, and opened again it goes on', async t => {
  const { outbox, link, offer } = gated()
  let answered = 0
  outbox.gate(() => { answered++ })
  t.equal(answered, 1)
  offer(1)
  offer(0)
  t.equal(link.publishes(4).length, 0)
  outbox.ungate()
  t.equal(link.publishes(4).length, 2)
})

test('the old link breaks behind the gate: it is answered, and QoS 0 waits for the next', async t => {
  const { outbox, turn, offer, counters } = gated()
  offer(1)
  let answered = 0
  outbox.gate(() => { answered++ })
  offer(0)
  outbox.linkDown()
  t.equal(answered, 1)
  offer(0)
  turn.end()
  const next = new ScriptedLink()
  outbox.linkUp(next, kept)
  t.same(next.publishes(4).map(({ qos, dup }) => [qos, dup]), [[1, true], [0, false], [0, false]])
  t.equal(counters.droppedLinkDown, 0)
})

test('the old link is gone and nobody took over: QoS 0 is lost with it, as ever', async t => {
  const { outbox, offer, counters } = gated()
  outbox.gate(() => {})
  offer(0)
  outbox.linkDown()
  outbox.ungate()
  t.equal(counters.droppedLinkDown, 1)
  offer(0)
  t.equal(counters.droppedLinkDown, 2)
})

test('what waits behind the gate does not change when the chunk it came in does', async t => {
  const { outbox, turn, link } = gated()
  outbox.gate(() => {})
  const chunk = publishFrame({ topic: 'a/b', payload: 'as it came', qos: 0 })
  outbox.take(asIs, viewOf(chunk, 0, 4), null, 0)
  turn.end()
  chunk.fill(0xff)
  outbox.ungate()
  t.same(link.publishes(4).map(({ payload }) => payload), ['as it came'])
})

test('behind the gate QoS 0 is bounded, and publishers are told of room after it', async t => {
  const { outbox, offer } = gated()
  let room = 0
  outbox.onRoom(() => { room++ })
  outbox.gate(() => {})
  let taken = 0
  while (offer(0, 'x'.repeat(10_000))) taken++
  t.ok(taken > 10 && taken < 30, `${taken} taken`)
  const before = room
  outbox.ungate()
  t.ok(room > before || offer(0))
})
