/** A device's own message comes by its other filters only, and with their QoS [MQTT-3.8.3-3] [MQTT-3.3.4-2]. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { NO_LOCAL, codes5, next5, open5, publish5, subscribe5 } from '../support/packets-5.ts'

test('own messages at the QoS of the filter that brings them, those of others at the highest', async t => {
  const { port } = await brokerFor(t)
  const device = await open5(port, { clientId: 'device' })
  device.send(subscribe5(1, [['#', 0], ['t/+', 1 | NO_LOCAL]]))
  t.same(await codes5(device), [0, 1])
  device.send(publish5('t/own', 'mine', { qos: 1, id: 1 }))
  t.match(await next5(device), { payload: 'mine', qos: 0 })
  const other = await open5(port, { clientId: 'other' })
  other.send(publish5('t/other', 'theirs', { qos: 1, id: 1 }))
  t.match(await next5(device), { payload: 'theirs', qos: 1 })
})
