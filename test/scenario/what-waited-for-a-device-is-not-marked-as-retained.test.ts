/** RETAIN is set on what a new subscription brings, and on nothing else [MQTT-3.3.1-8] [MQTT-3.3.1-9]; a bridge of 3.1.1 gets it as it was published. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { connect, disconnect, publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

const PUBACK = 4

for (const [who, level, wanted] of [['a device', 4, false], ['a bridge', 0x84, true]] as const) {
  test(`${who} that was away when a retained message was published`, async t => {
    const { port } = await brokerFor(t)
    const first = await RawClient.dial(port)
    first.send(connect({ clientId: 'dev', clean: false, level }), subscribe(1, ['state', 1]))
    await first.granted()
    first.send(disconnect())
    await first.ended()
    const other = await RawClient.open(port, { clientId: 'other' })
    other.send(publish('state', 'on', { qos: 1, id: 1, retain: true }))
    await other.next(PUBACK)
    const again = await RawClient.dial(port)
    again.send(connect({ clientId: 'dev', clean: false, level }))
    t.match(await again.delivery(), { payload: 'on', retain: wanted })
    again.send(subscribe(2, ['state', 1]))
    await again.granted()
    t.match(await again.delivery(), { payload: 'on', retain: true }, 'a new subscription')
    for (const client of [other, again]) client.destroy()
  })
}
