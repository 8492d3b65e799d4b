/** DISCONNECT 0x8D after one and a half keep-alives [MQTT-3.1.2-22], by the keep-alive of the server where CONNACK said one; its will is published. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { codes5, next5, open5, reason5, subscribe5 } from '../support/packets-5.ts'

test('its own keep-alive, and the one it was given [MQTT-3.2.2-21]', async t => {
  const { port, counters } = await brokerFor(t, { limits: { maxKeepaliveSeconds: 1 } })
  const witness = await open5(port, { clientId: 'witness' })
  const keepAlive = setInterval(() => witness.send(Buffer.of(0xc0, 0)), 200)
  t.teardown(() => clearInterval(keepAlive))
  witness.send(subscribe5(1, [['will/#', 0]]))
  await codes5(witness)
  const since = performance.now()
  const silent = await Promise.all([1, 600, 0].map(async asked => open5(port, { clientId: `asks-${asked}`, keepAlive: asked, will: { topic: `will/${asked}` } })))
  t.same(await Promise.all(silent.map(reason5)), [0x8d, 0x8d, 0x8d])
  t.ok(performance.now() - since >= 1500)
  t.same([(await next5(witness)).topic, (await next5(witness)).topic, (await next5(witness)).topic].sort(), ['will/0', 'will/1', 'will/600'])
  t.equal(counters.keepaliveTimeouts, 3)
})
