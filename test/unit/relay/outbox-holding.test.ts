import { test } from 'tap'
import { plainTerms } from '../../../src/relay/link.ts'
import { Outbox } from '../../../src/relay/outbox.ts'
import { Rewrite } from '../../../src/relay/rewrite.ts'
import { outboxOptions } from '../../support/outbox-options.ts'
import { publishFrame, viewOf } from '../../support/publish-frames.ts'
import { ScriptedLink, Turn } from '../../support/scripted-link.ts'

function held () {
  const turn = new Turn()
  const link = new ScriptedLink()
  const outbox = new Outbox(outboxOptions({ maxCount: 100, maxBytes: 100_000, schedule: turn.schedule }))
  const rewrite = new Rewrite('t', 't', -1, -1)
  const take = (payload: string): void => outbox.take(rewrite, viewOf(publishFrame({ topic: 't', payload, qos: 1 })), null, 0)
  const sent = (): string[] => {
    turn.end()
    return link.publishes().map(({ payload, packetId }) => {
      ids.push(packetId ?? 0)
      return payload
    })
  }
  const ids: number[] = []
  return { outbox, link, turn, take, sent, ids }
}

test('what came after the marks waits, also over another connection, until it is let go', async t => {
  const { outbox, link, take, sent, ids, turn } = held()
  take('1')
  take('2')
  const { marks } = outbox.holding
  outbox.holding.holdAfter(marks)
  take('3')
  let past = 0
  outbox.holding.whenPast(marks, () => { past++ })
  outbox.linkUp(link, plainTerms)
  t.same(sent(), ['1', '2'])
  outbox.puback(ids[1] ?? 0, 0)
  turn.end()
  t.equal(past, 0, 'the first is not there')
  outbox.linkDown()
  outbox.linkUp(link, plainTerms)
  t.same(sent(), ['1'])
  outbox.puback(ids[2] ?? 0, 0)
  turn.end()
  t.equal(past, 1)
  t.same(sent(), [], 'who waited decides')
  outbox.holding.holdAfter(null)
  t.same(sent(), ['3'])
})

test('one that is empty is past what it had at once, and one without marks holds everything', async t => {
  const { outbox, link, take, sent } = held()
  let past = 0
  outbox.holding.whenPast(outbox.holding.marks, () => { past++ })
  t.equal(past, 1)
  outbox.holding.holdAfter([])
  take('1')
  outbox.linkUp(link, plainTerms)
  t.same(sent(), [])
  t.ok(outbox.holding.isPast([]))
})

test('one that is shut refuses, and tells of room when it is open', async t => {
  const { outbox, turn } = held()
  const rewrite = new Rewrite('t', 't', -1, -1)
  const view = viewOf(publishFrame({ topic: 't', payload: 'x', qos: 1 }))
  let room = 0
  outbox.onRoom(() => { room++ })
  outbox.holding.shut(true)
  t.notOk(outbox.hasRoom([rewrite], 0, 1, view))
  turn.end()
  t.equal(room, 0)
  outbox.holding.shut(false)
  turn.end()
  t.equal(room, 1)
  t.ok(outbox.hasRoom([rewrite], 0, 1, view))
})
