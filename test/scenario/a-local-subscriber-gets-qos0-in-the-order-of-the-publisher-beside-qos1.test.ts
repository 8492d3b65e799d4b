/** A message of QoS 0 has a shorter way to local subscribers than one of QoS 1 or 2, and must not overtake it there [MQTT-4.6.0-6]. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { publish, pubrel, subscribe } from '../support/packets.ts'
import { delivery5, open5, publish5, subscribe5 } from '../support/packets-5.ts'
import { RawClient } from '../support/raw-client.ts'

const MESSAGES = 1200

const SERIALS = Array.from({ length: MESSAGES }, (_, at) => String(at))

/** Long rows of QoS 0, so that they come back to the short way, broken by others of two topics. */
function qosOf (at: number): 0 | 1 | 2 {
  return at % 97 === 0 ? 1 : at % 211 === 0 ? 2 : 0
}

for (const clean of [true, false]) {
  test(`a ${clean ? 'clean' : 'stored'} session of 3.1.1 and one of 5.0, of whoever's version the publisher is`, async t => {
    const { port, counters } = await brokerFor(t, { mqtt: { maxInflightWindow: 5000 } })
    const four = await RawClient.open(port, { clientId: 'four', clean })
    four.send(subscribe(1, ['#', 2]))
    await four.granted()
    const five = await open5(port, { clientId: 'five', clean, properties: [[0x11, 0, 0, 0, 60]] })
    five.send(subscribe5(1, [['site/#', 2], ['site/1', 1]]))
    await five.next(9)
    const publishers = [await RawClient.open(port, { clientId: 'four publishes' }), await open5(port, { clientId: 'five publishes' })]
    for (const [at, publisher] of publishers.entries()) {
      const frames = SERIALS.map((serial, id) => {
        const topic = `site/${id % 2}`
        const options = { qos: qosOf(id), id: id + 1 }
        return at === 0 ? publish(topic, serial, options) : publish5(topic, serial, options)
      })
      // as a device that has much to say, and as one that says a little at a time
      for (let from = 0; from < MESSAGES; from += at === 0 ? 100 : 7) publisher.send(...frames.slice(from, from + (at === 0 ? 100 : 7)))
      publisher.send(...SERIALS.flatMap((_, id) => qosOf(id) === 2 ? [pubrel(id + 1)] : []))
      for (const [subscriber, serialsOf] of [
        [four, () => four.deliveries().map(({ payload }) => payload)],
        [five, () => five.received.filter(({ type }) => type === 3).map(one => delivery5(one).payload)]
      ] as const) {
        await subscriber.until(() => serialsOf().length >= MESSAGES, 'all messages')
        t.same(serialsOf(), SERIALS)
        subscriber.received.length = 0
      }
    }
    t.ok(counters.publishDirect > MESSAGES / 8, 'many went the short way')
    t.ok(counters.publishDirect < 2 * MESSAGES, 'and not all')
  })
}

test('what is for a subscriber alone, by its group, is not overtaken either', async t => {
  const { port, counters } = await brokerFor(t)
  const member = await RawClient.open(port, { clientId: 'member' })
  member.send(subscribe(1, ['$share/g/shared', 0], ['plain', 0]))
  await member.granted()
  const publisher = await RawClient.open(port, { clientId: 'publisher' })
  publisher.send(...SERIALS.map((serial, at) => publish(at % 50 === 49 ? 'shared' : 'plain', serial)))
  await member.until(() => member.deliveries().length === MESSAGES, 'all messages')
  t.same(member.deliveries().map(({ payload }) => payload), SERIALS)
  t.ok(counters.publishDirect > 0)
})
