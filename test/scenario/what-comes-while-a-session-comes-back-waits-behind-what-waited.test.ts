import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

for (const qos of [1, 2] as const) {
  test(`QoS ${qos}: each once, in order [MQTT-4.6.0-6]`, async t => {
    const { broker, port } = await brokerFor(t)
    const first = await RawClient.open(port, { clientId: 'away', clean: false })
    first.send(subscribe(1, ['#', qos]))
    await first.granted()
    first.stream.destroy()
    await first.ended()
    let sent = 0
    const publish = (): void => { broker.deliver({ topic: 't', payload: Buffer.from(String(sent++)), qos, retain: false, bridge: 'north' }, () => {}) }
    for (let i = 0; i < 300; i++) publish()
    let going = true
    const goOn = (): void => {
      for (let i = 0; i < 5; i++) publish()
      if (going && sent < 5000) setImmediate(goOn)
    }
    goOn()
    const again = await RawClient.open(port, { clientId: 'away', clean: false })
    await again.until(() => again.deliveries().length >= 600, 'what waited, and more')
    going = false
    await again.until(() => again.deliveries().length >= Math.min(sent, 2000), 'all that fits the window')
    const got = again.deliveries().map(({ payload }) => Number(payload))
    t.same(got, got.map((_, at) => at))
  })
}
