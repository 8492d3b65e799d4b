import { createRequire } from 'node:module'
import { test } from 'tap'
import { brokerFor } from '../../support/broker.ts'
import { publish, subscribe } from '../../support/packets.ts'
import { RawClient } from '../../support/raw-client.ts'

/** The encoder's own table, which it fills on the first packet it writes. */
const { cache } = createRequire(import.meta.url)('mqtt-packet/numbers.js') as { cache: object }

test('what devices are sent is encoded without a table of all numbers, which takes 7 MB', async t => {
  const { port } = await brokerFor(t)
  const device = await RawClient.open(port, { clientId: 'device' })
  device.send(subscribe(7, ['a', 1]))
  t.same(await device.granted(), [1])
  device.send(publish('a', 'hello', { qos: 1, id: 5 }))
  t.match(await device.delivery(), { topic: 'a', payload: 'hello', qos: 1 })
  t.equal(Object.keys(cache).length, 0)
})
