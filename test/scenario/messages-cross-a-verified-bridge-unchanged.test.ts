import { test } from 'tap'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { bridgeConfig, downRule, rig, rule, tlsOf } from '../support/bridge-rig.ts'

for (const protoVer of [4, 5] as const) {
  test(`up and down, every QoS, over verified TLS, MQTT ${protoVer === 4 ? '3.1.1' : '5'}`, { skip: mosquittoMissing }, async t => {
    const pki = await testPki(t)
    const remote = await startMosquitto(t, { pki })
    const observer = await remote.observe('#')
    const north = rig(t, bridgeConfig(remote.tlsPort, {
      protoVer,
      tls: tlsOf(pki),
      forwards: [rule('up/#', ''), rule('plant/+/temp', '+/temp', { prefix: 'site/', qos: 1, retain: true })],
      subscription: [downRule('down/#', ''), downRule('cmd/#', '#', { prefix: 'local/', qos: 0, retain: false })]
    }))
    await north.reaches('up')

    await t.test('up', async t => {
      const payload = 'payload \u0000 \u00e9 \u{1f680}'
      for (const qos of [0, 1, 2] as const) north.offer({ topic: 'up/a', payload: `${payload}${qos}`, qos })
      north.offer({ topic: 'up/kept', payload: 'r', qos: 1, retain: true })
      north.offer({ topic: 'plant/7/temp', payload: '21', qos: 0 })
      north.offer({ topic: 'other', payload: 'not for the bridge', qos: 1 })
      north.offer({ topic: 'up/a', payload: '', qos: 1 })
      const messages = await observer.received(6)
      // QoS 0 has a way of its own
      const seen = messages.map(({ topic, payload, qos }) => `${topic} ${qos} ${payload.toString()}`).sort()
      t.same(seen, [
        ...[0, 1, 2].map(qos => `up/a ${qos} ${payload}${qos}`),
        'up/a 1 ',
        'up/kept 1 r',
        'site/7/temp 1 21'
      ].sort())
      const late = await remote.observe('#')
      const retained = await late.received(2)
      t.same(retained.map(({ topic, retain }) => `${topic} ${retain}`).sort(), ['site/7/temp true', 'up/kept true'])
      t.equal(await north.bridge.drain(1000), true)
      t.equal(north.bridge.counters.acknowledged, 5)
    })

    await t.test('down', async t => {
      for (const qos of [0, 1, 2] as const) await observer.client.publishAsync(`down/${qos}`, Buffer.from([0, 255, qos]), { qos })
      await observer.client.publishAsync('cmd/x/y', 'go', { qos: 2 })
      const landed = await north.landedCount(4)
      t.same(landed.map(({ topic, payload, qos, retain, bridge }) => [topic, payload.toString('hex'), qos, retain, bridge]), [
        ['down/0', '00ff00', 0, false, 'north'],
        ['down/1', '00ff01', 1, false, 'north'],
        ['down/2', '00ff02', 2, false, 'north'],
        ['local/x/y', '676f', 0, false, 'north']
      ])
    })

    t.same(north.log.filter(line => line.level !== 'info' && line.level !== 'debug'), [], 'nothing to complain about')
    await north.bridge.stop()
    t.equal(north.bridge.state.name, 'stopped')
    await eventually('it has heard DISCONNECT', () => remote.log.some(line => line.includes('Received DISCONNECT from bridge-under-test')))
  })
}
