import { test } from 'tap'
import { BridgeCounters } from '../../src/metrics/bridge-counters.ts'
import { plainTerms } from '../../src/relay/link.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import type { OutboxOptions } from '../../src/relay/outbox-options.ts'
import { Rewrite } from '../../src/relay/rewrite.ts'
import { eventually } from '../support/eventually.ts'
import { outboxOptions } from '../support/outbox-options.ts'
import { publishFrame, viewOf } from '../support/publish-frames.ts'
import { ScriptedLink, Turn } from '../support/scripted-link.ts'

const mebibyte = 1024 * 1024
/** Of `outbox-lane.ts`. */
const atOnce = 6 * mebibyte
const whole = 16 * mebibyte

const asIs = [new Rewrite('a/b', 'a/b', -1, -1)]
const message = publishFrame({ topic: 'a/b', payload: 'x'.repeat(10_000), qos: 1, packetId: 7 })

/** An outbox that is offered messages as long as it takes them, by a clock that is set by hand. */
function filled (more: Partial<OutboxOptions> = {}) {
  const turn = new Turn()
  const counters = new BridgeCounters()
  const clock = { now: 1000 }
  const outbox = new Outbox(outboxOptions({ maxCount: 1_000_000, maxBytes: whole, windowQos1: 10_000, schedule: turn.schedule, counters, now: () => clock.now, ...more }))
  const offer = (): boolean => {
    const view = viewOf(message, 0)
    if (!outbox.hasRoom(asIs, 0, 1, view)) return false
    outbox.take(asIs[0] as Rewrite, view, null, 0)
    return true
  }
  const fill = (): number => {
    while (offer()) turn.end()
    return outbox.queuedBytes
  }
  return { outbox, turn, counters, clock, fill, link: new ScriptedLink() }
}

test('a link that answers at once is not given more than it sends in a while', t => {
  const { outbox, turn, counters, clock, fill, link } = filled()
  let told = 0
  outbox.onRoom(() => told++)
  outbox.linkUp(link, plainTerms)
  let most = 0
  for (let round = 0; round < 20; round++) {
    most = Math.max(most, fill())
    clock.now += 20
    for (const { packetId = 0 } of link.publishes()) outbox.puback(packetId, 0)
    outbox.answersRead()
    turn.end()
    t.ok(told > round, 'publishers hear of the room')
  }
  t.ok(most >= atOnce && most < atOnce + message.length, `${most} bytes`)
  t.equal(counters.queueFull, 0, 'its queue was never full')
  outbox.close()
  t.end()
})

test('a link that has paused, and then keeps pace again, is not left with the queue that came meanwhile', t => {
  const { outbox, turn, counters, clock, fill, link } = filled()
  outbox.linkUp(link, plainTerms)
  fill()
  clock.now += 250
  t.ok(fill() > whole - message.length, 'while it pauses all room is taken')
  const waiting: number[] = []
  const sent: number[] = []
  for (let round = 0; round < 100; round++) {
    clock.now += 20
    sent.push(...link.publishes().map(({ packetId = 0 }) => packetId))
    // 40 MB a second: what fills the whole queue is 400 ms on its way
    for (const id of sent.splice(0, 80)) outbox.puback(id, 0)
    outbox.answersRead()
    turn.end()
    waiting.push(fill())
  }
  t.ok(Math.max(...waiting.slice(60)) < atOnce + message.length, `${waiting.filter((_, round) => round % 10 === 0).join(', ')} bytes`)
  t.equal(counters.queueFull, 1, 'it was full while the link paused, and not again')
  outbox.close()
  t.end()
})

test('one that does not keep pace, or is down, has all the room that is configured', t => {
  for (const isUp of [true, false]) {
    const { outbox, counters, clock, fill, link } = filled()
    if (isUp) outbox.linkUp(link, plainTerms)
    t.ok(fill() < atOnce + message.length)
    clock.now += 250
    t.ok(fill() > whole - message.length, 'what waits is old')
    t.equal(counters.queueFull, 1)
    outbox.close()
  }
  t.end()
})

test('who was put off is called by the clock, though nothing is answered and the link has enough', async t => {
  const { outbox, fill, link } = filled({ now: () => performance.now() })
  link.full = true
  outbox.linkUp(link, plainTerms)
  let told = false
  outbox.onRoom(() => { told = true })
  fill()
  await eventually('who was put off is called', () => told)
  t.ok(fill() > whole - message.length)
  outbox.close()
})

test('a bridge that drops what it has no room for drops nothing while there is room', t => {
  const { outbox, fill } = filled({ required: false })
  t.ok(fill() > whole - message.length)
  outbox.close()
  t.end()
})
