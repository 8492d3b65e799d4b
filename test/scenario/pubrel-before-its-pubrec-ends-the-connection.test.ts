import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { bridgeConfig, downRule, rig } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { packet, publish, pubrel, u16 } from '../support/packets.ts'
import { open5, publish5, reason5 } from '../support/packets-5.ts'
import { publishFrame } from '../support/publish-frames.ts'
import { RawClient } from '../support/raw-client.ts'
import { relayOf } from '../support/scripted-relay.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'

test('of a device [MQTT-4.3.3-1] [MQTT-4.3.3-4]', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make })
  relay.now.holds = true
  const four = await RawClient.open(port, { clientId: 'four' })
  four.send(publish('up/a', 'x', { qos: 2, id: 7 }))
  await eventually('it is taken', () => relay.now.admitted.length === 1)
  four.send(pubrel(7))
  await four.ended()
  t.same(four.received, [])
  const five = await open5(port, { clientId: 'five' })
  five.send(publish5('up/a', 'x', { qos: 2, id: 7 }))
  await eventually('it is taken', () => relay.now.admitted.length === 2)
  five.send(pubrel(7))
  t.equal(await reason5(five), 0x82)
  t.equal(counters.violations, 2)
})

test('of a remote [MQTT-4.3.3-1]', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { subscription: [downRule('d/#', '')] }))
  const connection = await remote.connection()
  await connection.accept()
  const subscribe = await connection.next(type.SUBSCRIBE)
  connection.send(packet(0x90, u16(subscribe.readUInt16BE(2)), [2]))
  north.hold = []
  connection.send(publishFrame({ topic: 'd/x', payload: 'x', qos: 2, packetId: 7 }))
  await north.landedCount(1)
  connection.send(pubrel(7))
  await connection.closed
  await north.reaches('waiting')
  t.match(north.bridge.state, { reason: { code: 'CW_BRIDGE_PROTOCOL', message: /PUBREL comes before its PUBREC/ } })
  t.same(connection.frames.map(frame => (frame[0] as number) >> 4).filter(kind => kind === 5 || kind === 7), [], 'neither PUBREC nor PUBCOMP')
})
