/** No Local is about who published, not about when [MQTT-3.8.3-3]: what a device retained itself does not come back to it. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { packet } from '../support/packets.ts'
import { NO_LOCAL, codes5, next5, open5, publish5, subscribe5 } from '../support/packets-5.ts'

test('a subscription with No Local gets the retained messages of others only', async t => {
  const { port } = await brokerFor(t)
  const device = await open5(port, { clientId: 'device' })
  const other = await open5(port, { clientId: 'other' })
  device.send(publish5('state/own', 'mine', { qos: 1, retain: true }))
  other.send(publish5('state/other', 'theirs', { qos: 1, retain: true }))
  await device.next(4)
  await other.next(4)
  device.send(subscribe5(1, [['state/#', 1 | NO_LOCAL]]))
  t.same(await codes5(device), [1])
  t.match(await next5(device), { topic: 'state/other', payload: 'theirs', retain: true })
  device.send(packet(0xc0))
  await device.next(13)
  t.same(device.received.filter(({ type }) => type === 3), [], 'its own is kept back')
  device.send(subscribe5(2, [['state/#', 1]]))
  t.same([(await next5(device)).payload, (await next5(device)).payload].sort(), ['mine', 'theirs'], 'without the option both come')
})
