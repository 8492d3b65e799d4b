import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { disconnect, pingreq, puback, pubcomp, pubrec, pubrel, publish, subscribe, unsubscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

for (const qos of [0, 1, 2] as const) {
  test(`a QoS ${qos} message reaches a subscriber unchanged and is acknowledged`, async t => {
    const { port } = await brokerFor(t)
    const subscriber = await RawClient.open(port, { clientId: 'subscriber' })
    const publisher = await RawClient.open(port, { clientId: 'publisher' })
    subscriber.send(subscribe(7, ['site/+/temperature', qos]))
    t.same(await subscriber.granted(), [qos])
    publisher.send(publish('site/a/temperature', '21.5 °C', { qos, id: 5 }))
    const got = await subscriber.delivery()
    t.match(got, { topic: 'site/a/temperature', payload: '21.5 °C', qos, retain: false, dup: false })
    if (qos === 1) {
      t.equal((await publisher.next(4)).body.readUInt16BE(0), 5)
      subscriber.send(puback(got.id))
    }
    if (qos === 2) {
      t.equal((await publisher.next(5)).body.readUInt16BE(0), 5)
      publisher.send(pubrel(5))
      t.equal((await publisher.next(7)).body.readUInt16BE(0), 5)
      subscriber.send(pubrec(got.id))
      t.equal((await subscriber.next(6)).body.readUInt16BE(0), got.id)
      subscriber.send(pubcomp(got.id))
    }
    subscriber.send(pingreq())
    await subscriber.next(13)
    subscriber.send(unsubscribe(8, 'site/+/temperature'))
    t.equal((await subscriber.next(11)).body.readUInt16BE(0), 8)
    publisher.send(publish('site/a/temperature', 'nobody', { qos: 1, id: 6 }))
    t.equal((await publisher.next(4)).body.readUInt16BE(0), 6)
    t.same(subscriber.deliveries(), [])
    publisher.send(disconnect())
    await publisher.ended()
  })
}
