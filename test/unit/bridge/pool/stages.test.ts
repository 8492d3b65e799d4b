import { test } from 'tap'
import { Stages } from '../../../../src/bridge/pool/stages.ts'
import { plainTerms } from '../../../../src/relay/link.ts'
import { Outbox } from '../../../../src/relay/outbox.ts'
import { Rewrite } from '../../../../src/relay/rewrite.ts'
import { type LogLine, keepingLogger } from '../../../support/bridge-rig.ts'
import { outboxOptions } from '../../../support/outbox-options.ts'
import { publishFrame, viewOf } from '../../../support/publish-frames.ts'
import { ScriptedLink, Turn } from '../../../support/scripted-link.ts'
import { TestClock } from '../../../support/test-clock.ts'

function link (turn: Turn) {
  const outbox = new Outbox(outboxOptions({ schedule: turn.schedule }))
  const to = new ScriptedLink()
  const made = {
    outbox,
    isUp: false,
    take: (payload: string) => outbox.take(new Rewrite('t', 't', -1, -1), viewOf(publishFrame({ topic: 't', payload, qos: 1 })), null, 0),
    comesUp () {
      made.isUp = true
      outbox.linkUp(to, plainTerms)
    },
    sent () {
      turn.end()
      return to.publishes().map(({ payload, packetId = 0 }) => {
        ids.push(packetId)
        return payload
      })
    },
    answer () {
      for (const id of ids.splice(0)) outbox.puback(id, 0)
      turn.end()
    }
  }
  const ids: number[] = []
  return made
}

function rig () {
  const turn = new Turn()
  const clock = new TestClock()
  const log: LogLine[] = []
  const links = [link(turn), link(turn)] as const
  const kept: number[] = []
  const stages = new Stages({ links: () => links, changed: left => kept.push(left.length), patienceMs: 30_000, logger: keepingLogger(log), clock })
  return { links, stages, clock, log, kept }
}

test('what came later waits on every link until all that came before is with the remote, change after change', async t => {
  const { links: [one, other], stages, kept } = rig()
  one.take('one before')
  other.take('other before')
  stages.begin()
  one.take('one between')
  stages.begin()
  one.take('one after')
  other.take('other after')
  one.comesUp()
  t.same(one.sent(), ['one before'])
  one.answer()
  t.same(one.sent(), [], 'the other link has something from before')
  other.comesUp()
  t.same(other.sent(), ['other before'])
  other.answer()
  t.same(kept, [1])
  t.same([one.sent(), other.sent()], [['one between'], []])
  one.answer()
  t.same(kept, [1, 0])
  t.same([one.sent(), other.sent()], [['one after'], ['other after']])
})

test('a link that does not come up holds up the others for a while only, and while all are down nothing is given up', async t => {
  const { links: [one, other], stages, clock, log, kept } = rig()
  other.take('refused')
  stages.begin()
  one.take('later')
  clock.pass(100_000)
  one.comesUp()
  t.same(one.sent(), [])
  clock.pass(29_000)
  t.same(one.sent(), [], 'it may come yet')
  clock.pass(3000)
  t.same(one.sent(), ['later'])
  t.same(kept, [0])
  t.match(log, [{ level: 'warn', messages: 1 }])
  t.equal(other.outbox.queued, 1, 'its own waits on')
})
