import { test } from 'tap'
import { createRelay } from '../../../src/relay/bridge-relay.ts'
import { plainTerms } from '../../../src/relay/link.ts'
import type { Origin } from '../../../src/relay/origin.ts'
import { Outbox } from '../../../src/relay/outbox.ts'
import { Admission } from '../../../src/relay/relay.ts'
import { senderOf } from '../../../src/relay/spread.ts'
import { outboxOptions } from '../../support/outbox-options.ts'
import { publishFrame, viewOf } from '../../support/publish-frames.ts'
import { ScriptedLink, Turn } from '../../support/scripted-link.ts'

/** A bridge of so many links. */
function pool (links: number, { maxCount = 10, isOfFirst = () => false }: { maxCount?: number, isOfFirst?: (name: string) => boolean } = {}) {
  const turn = new Turn()
  const outboxes = Array.from({ length: links }, () => new Outbox(outboxOptions({ name: 'north', forwardBridged: true, maxCount, maxBytes: 4096, windowQos1: 10, windowQos2: 10, schedule: turn.schedule })))
  const [first] = outboxes
  if (first === undefined) throw new Error('a bridge has a link')
  const relay = createRelay({ interest: null })
  relay.attach(first, [{ filter: '#', rename: null, qos: null, retain: null }], { links: outboxes, leaving: [], isOfFirst })
  const offer = (topic: string, origin: Origin): Admission => {
    const view = viewOf(publishFrame({ topic, payload: 'x', qos: 1 }))
    return relay.admit(relay.lookup(view.bytes, view.topicStart, view.topicEnd), view, origin, null, 0)
  }
  return { turn, outboxes, relay, offer, queues: () => outboxes.map(({ queued }) => queued) }
}

const of = (name: string): Origin => ({ bridge: null, sender: senderOf(Buffer.from(name)) })

test('all of one client go by one link, what has none by the first', async t => {
  const { offer, queues } = pool(3)
  const at = senderOf(Buffer.from('device-7')) % 3
  offer('a', of('device-7'))
  offer('b', of('device-7'))
  t.same(queues(), [0, 1, 2].map(i => i === at ? 2 : 0))
  offer('a', { bridge: 'south' })
  t.same(queues(), [0, 1, 2].map(i => (i === at ? 2 : 0) + (i === 0 ? 1 : 0)))
})

test('clients are shared out about evenly, also those with names that are alike', async t => {
  for (const links of [2, 3, 4, 16]) {
    const counts = new Array<number>(links).fill(0)
    for (let i = 0; i < 4000; i++) {
      const link = senderOf(Buffer.from(`sensor-${i}`)) % links
      counts[link] = (counts[link] ?? 0) + 1
    }
    t.ok(Math.max(...counts) < 1.25 * 4000 / links && Math.min(...counts) > 0.75 * 4000 / links, counts.join(' '))
  }
})

test('a full link holds those back whose messages go by it, and nobody else', async t => {
  const { offer, outboxes, relay, turn } = pool(2, { maxCount: 2 })
  const [one, other] = ['a', 'b', 'c', 'd', 'e'].map(of).reduce<[Origin?, Origin?]>((found, origin) => {
    found[(origin.sender ?? 0) % 2] ??= origin
    return found
  }, [])
  if (one === undefined || other === undefined) throw new Error('both links have a client')
  for (let i = 0; i < 2; i++) t.equal(offer('t', one), Admission.TAKEN)
  t.equal(offer('t', one), Admission.FULL)
  t.equal(offer('t', other), Admission.TAKEN)
  let called = 0
  relay.whenRoom(() => { called++ })
  const link = new ScriptedLink()
  outboxes[0]?.linkUp(link, plainTerms)
  turn.end()
  outboxes[0]?.puback(link.publishes()[0]?.packetId ?? 0, 0)
  turn.end()
  t.equal(called, 1, 'each link tells of its room')
})

test('what must go by the first link does, whoever it is from', async t => {
  const { offer, queues } = pool(4, { isOfFirst: name => name.startsWith('both/') })
  for (const name of ['a', 'b', 'c']) offer('both/x', of(name))
  t.same(queues().slice(1), [0, 0, 0])
})
