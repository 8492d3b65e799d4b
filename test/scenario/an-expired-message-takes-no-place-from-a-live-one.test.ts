/** The queue of a session that is full of what has expired takes what has not [MQTT-3.3.2-5]. */
import { test } from 'tap'
import { SessionStore } from '../../src/broker/persistence/session-store.ts'
import { brokerFor } from '../support/broker.ts'
import { packet, puback } from '../support/packets.ts'
import { codes5, disconnect5, expiry, next5, open5, publish5, sessionExpiry, subscribe5 } from '../support/packets-5.ts'
import { storeOptions } from '../support/session-store.ts'

test('a device that comes back gets what is still good, as many as the queue may hold', async t => {
  const { port } = await brokerFor(t, { store: interest => new SessionStore(storeOptions({ interest, mqtt: { maxMqueueLen: 3 } })) })
  const properties = [sessionExpiry(100)]
  const away = await open5(port, { clientId: 'away', properties })
  away.send(subscribe5(1, [['t', 1]]))
  await codes5(away)
  away.send(disconnect5(0))
  await away.ended()
  const sender = await open5(port, { clientId: 'sender' })
  const sent = [...['old 1', 'old 2', 'old 3'].map(each => [each, 0] as const), ...['new 1', 'new 2', 'new 3', 'too many'].map(each => [each, 100] as const)]
  for (const [i, [payload, seconds]] of sent.entries()) {
    sender.send(publish5('t', payload, { qos: 1, id: i + 1, properties: [expiry(seconds)] }))
    await sender.next(4)
  }
  const back = await open5(port, { clientId: 'away', clean: false, properties })
  for (const payload of ['new 1', 'new 2', 'new 3']) {
    const got = await next5(back)
    t.equal(got.payload, payload)
    back.send(puback(got.id))
  }
  back.send(packet(0xc0))
  await back.next(13)
  t.same(back.received, [])
})
