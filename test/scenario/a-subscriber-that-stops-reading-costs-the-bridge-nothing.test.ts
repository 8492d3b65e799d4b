/** Messages of QoS 0 are counted for a subscriber that has stopped reading, and not made: shown by counters, as time is not to be trusted. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { pingreq, publish, subscribe } from '../support/packets.ts'
import { open5, subscribe5 } from '../support/packets-5.ts'
import { RawClient } from '../support/raw-client.ts'

const CHUNK = Buffer.alloc(50_000, 0x61)
const MESSAGES = 1000

test('each message is one more that is dropped, for each such subscriber, and nothing is written', async t => {
  const { port, counters } = await brokerFor(t, { limits: { maxSubscriberBacklogBytes: 200_000 } })
  const four = await RawClient.open(port, { clientId: 'four' })
  four.send(subscribe(1, ['#', 0]))
  await four.granted()
  const five = await open5(port, { clientId: 'five' })
  five.send(subscribe5(1, [['#', 0]]))
  await five.next(9)
  four.stream.pause()
  five.stream.pause()
  const publisher = await RawClient.open(port, { clientId: 'publisher' })
  const answered = async (): Promise<void> => {
    publisher.send(pingreq())
    await publisher.next(13)
  }
  // until neither takes any more, for some rounds
  for (let still = 0; still < 3;) {
    const before = counters.deliveryDroppedQos0
    publisher.send(...Array.from({ length: 20 }, () => publish('bulk', CHUNK)))
    await answered()
    still = counters.deliveryDroppedQos0 - before === 40 ? still + 1 : 0
  }
  const traffic = counters.ofListener('tcp')
  const { sentQos0 } = traffic
  const { deliveryDroppedQos0, publishDirect } = counters
  publisher.send(...Array.from({ length: MESSAGES }, () => publish('bulk', 'small')))
  await answered()
  t.equal(counters.publishDirect - publishDirect, MESSAGES, 'none went to the keeper of sessions')
  t.equal(counters.deliveryDroppedQos0 - deliveryDroppedQos0, 2 * MESSAGES)
  t.equal(traffic.sentQos0, sentQos0, 'none was written')
  t.notOk(four.closed || five.closed)
  four.stream.resume()
  five.stream.resume()
  await t.resolves(four.until(() => {
    publisher.send(publish('last', 'x'))
    return four.deliveries().some(({ topic }) => topic === 'last')
  }, 'the last message'), 'it is served again when it reads')
})
