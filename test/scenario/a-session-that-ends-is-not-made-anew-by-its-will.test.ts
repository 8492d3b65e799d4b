/** A session that ends with its connection takes its subscriptions along [MQTT-3.1.2-23], also when its own will matches one of them. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { packet } from '../support/packets.ts'
import { codes5, open5, subscribe5 } from '../support/packets-5.ts'

test('who takes its place finds no session, and no message of it', async t => {
  const { port } = await brokerFor(t)
  const will = { topic: 'device/w', payload: 'gone', qos: 1 } as const
  const first = await open5(port, { clientId: 'device', clean: false, will })
  first.send(subscribe5(1, [['+/w', 1]]))
  t.same(await codes5(first), [1])
  const second = await open5(port, { clientId: 'device', clean: false })
  t.equal(second.connack.body[0], 0, 'Session Present')
  second.send(packet(0xc0))
  await second.next(13)
  t.same(second.received.filter(({ type }) => type === 3), [])
})
