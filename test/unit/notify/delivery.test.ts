import { test } from 'tap'
import { silentLogger } from '../../../src/logger.ts'
import { Delivery, type DeliveryOptions } from '../../../src/notify/delivery.ts'
import type { PostOutcome } from '../../../src/notify/endpoint.ts'

/** A receiver that answers as it is told, and the bodies that it got. */
function rig (answers: readonly PostOutcome['kind'][], more: Partial<DeliveryOptions> = {}): { readonly delivery: Delivery, readonly bodies: string[], readonly offer: (...texts: string[]) => boolean[] } {
  const bodies: string[] = []
  const left = [...answers]
  const post = async (body: Buffer): Promise<PostOutcome> => {
    bodies.push(body.toString())
    const kind = left.shift() ?? 'taken'
    return kind === 'taken' ? { kind } : { kind, reason: 'so it is told' }
  }
  const delivery = new Delivery({
    endpoint: { post, close: () => {} },
    name: 'test',
    batch: { most: 3, body: notices => notices.join(',') },
    parallel: 1,
    maxNotices: 5,
    maxBytes: 100,
    retryForMs: 60_000,
    logger: silentLogger,
    firstRetryMs: 1,
    ...more
  })
  return { delivery, bodies, offer: (...texts) => texts.map(text => delivery.offer({ bytes: text.length, json: () => text })) }
}

test('what comes in one turn shares a body, in order', async t => {
  const { delivery, bodies, offer } = rig([])
  t.same(offer('a', 'b', 'c', 'd', 'e', 'f'), [true, true, true, true, true, false], 'five fit')
  await delivery.close(1000)
  t.same(bodies, ['a,b,c', 'd,e'])
  t.same(delivery.counters, { sent: 5, droppedFull: 1, givenUp: 0 })
})

test('bytes are bounded too, and are given back when they are sent', async t => {
  const { delivery, offer } = rig([])
  t.same(offer('x'.repeat(90), 'y'.repeat(20)), [true, false])
  await new Promise(resolve => setTimeout(resolve, 5))
  t.same(offer('y'.repeat(20)), [true])
  await delivery.close(1000)
  t.same(delivery.counters, { sent: 2, droppedFull: 1, givenUp: 0 })
})

test('a failure is tried again until it is taken; what came meanwhile waits behind it', async t => {
  const { delivery, bodies, offer } = rig(['failed', 'failed'])
  offer('a')
  await new Promise(resolve => setImmediate(resolve))
  offer('b')
  await delivery.close(5000)
  t.same(bodies, ['a', 'a', 'a', 'b'])
  t.same(delivery.counters, { sent: 2, droppedFull: 0, givenUp: 0 })
})

test('a refusal is not tried again, nor a failure for ever', async t => {
  const refused = rig(['refused'])
  refused.offer('a', 'b')
  await refused.delivery.close(1000)
  t.same(refused.bodies, ['a,b'])
  t.same(refused.delivery.counters, { sent: 0, droppedFull: 0, givenUp: 2 })
  const failing = rig(['failed'], { retryForMs: 0 })
  failing.offer('a')
  await failing.delivery.close(1000)
  t.same(failing.bodies, ['a'])
  t.equal(failing.delivery.counters.givenUp, 1)
})

test('closing does not wait for a receiver that is gone, and counts what it leaves', async t => {
  const { delivery, offer } = rig(Array.from({ length: 1000 }, () => 'failed'), { firstRetryMs: 60_000 })
  offer('a', 'b', 'c', 'd')
  const begun = performance.now()
  await delivery.close(50)
  t.ok(performance.now() - begun < 10_000)
  await new Promise(resolve => setTimeout(resolve, 5))
  t.equal(delivery.counters.givenUp, 4)
  t.same(offer('e'), [false], 'and nothing is taken any more')
})
