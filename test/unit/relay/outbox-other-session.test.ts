import { test } from 'tap'
import { plainTerms } from '../../../src/relay/link.ts'
import { Outbox } from '../../../src/relay/outbox.ts'
import { FIRST_QOS_2_ID, QOS_2_IDS } from '../../../src/relay/packet-ids.ts'
import { Rewrite } from '../../../src/relay/rewrite.ts'
import { outboxOptions } from '../../support/outbox-options.ts'
import { publishFrame, viewOf } from '../../support/publish-frames.ts'
import { ScriptedLink, Turn } from '../../support/scripted-link.ts'

const asIs = new Rewrite('a/b', 'a/b', -1, -1)
const at = (session: string, sessionPresent: boolean): typeof plainTerms => ({ ...plainTerms, session, sessionPresent })

function outboxWith (severalServers: boolean) {
  const turn = new Turn()
  const outbox = new Outbox(outboxOptions({ severalServers, windowQos1: 10, windowQos2: 10, schedule: turn.schedule }))
  const offer = (qos: 1 | 2): void => {
    outbox.take(asIs, viewOf(publishFrame({ topic: 'a/b', payload: 'x', qos, packetId: 7 })), null, 0)
    turn.end()
  }
  return { outbox, turn, offer }
}

test('what is under way with one server goes to another as new, and not before ids of QoS 2 that may be open there are ended', async t => {
  const { outbox, turn, offer } = outboxWith(true)
  const [first, second] = [new ScriptedLink(), new ScriptedLink()]
  outbox.linkUp(first, at('first', false))
  offer(1)
  offer(2)
  t.equal(first.publishes().length, 2)
  outbox.linkUp(second, at('second', true))
  turn.end()
  const frames = second.taken()
  t.same(frames.filter(frame => frame.readUInt8(0) >> 4 === 3).map(frame => frame.readUInt8(0)), [0x32], 'QoS 1, without DUP')
  t.equal(frames.filter(frame => frame.readUInt8(0) >> 4 === 6).length, QOS_2_IDS, 'PUBREL for every id of QoS 2')
  outbox.pubcomp(FIRST_QOS_2_ID + QOS_2_IDS - 1)
  turn.end()
  t.same(second.taken().map(frame => frame.readUInt8(0)), [0x34], 'QoS 2, without DUP')
})

test('the same server again goes on where it was', async t => {
  const { outbox, turn, offer } = outboxWith(true)
  const link = new ScriptedLink()
  outbox.linkUp(new ScriptedLink(), at('first', false))
  offer(1)
  offer(2)
  outbox.linkUp(link, at('first', true))
  turn.end()
  t.same(link.taken().map(frame => frame.readUInt8(0)), [0x3a, 0x3c], 'both with DUP')
})

test('back at the first server, ids that were open there before mean nothing any more', async t => {
  const { outbox, turn, offer } = outboxWith(true)
  const back = new ScriptedLink()
  outbox.linkUp(new ScriptedLink(), at('first', false))
  offer(1)
  outbox.linkUp(new ScriptedLink(), at('second', false))
  outbox.linkUp(back, at('first', true))
  turn.end()
  t.same(back.publishes().map(({ dup }) => dup), [false])
})
