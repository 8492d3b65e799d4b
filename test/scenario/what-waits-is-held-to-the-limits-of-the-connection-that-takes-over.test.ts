/** Receive Maximum, Maximum Packet Size, Maximum QoS and Retain Available may be others on the connection that takes over, and topic aliases begin anew on it. */
import { test } from 'tap'
import { PropertyId } from '../../src/mqtt/v5/property-id.ts'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { readPublish } from '../support/publish-frames.ts'
import { type RemoteConnection, scriptedRemote, type } from '../support/scripted-remote.ts'

const RECEIVE_MAXIMUM = 0x21
const TOPIC_ALIAS_MAXIMUM = 0x22
const MAXIMUM_QOS = 0x24
const RETAIN_AVAILABLE = 0x25
const MAXIMUM_PACKET_SIZE = 0x27

function welcome (remote: RemoteConnection, sessionPresent: 0 | 1, properties: readonly number[]): void {
  remote.send([0x20, 3 + properties.length, sessionPresent, 0, properties.length, ...properties])
}

async function acknowledged (remote: RemoteConnection): Promise<ReturnType<typeof readPublish>> {
  const message = readPublish(await remote.next(type.PUBLISH), 5)
  const { packetId = 0 } = message
  remote.send([0x40, 2, packetId >> 8, packetId & 0xff])
  return message
}

test('tighter limits hold for all that was queued before', async t => {
  const remote = await scriptedRemote(t)
  const { offer, bridge } = rig(t, bridgeConfig(remote.port, { protoVer: 5 }))
  const first = await remote.connection()
  await first.next(type.CONNECT)
  welcome(first, 0, [RECEIVE_MAXIMUM, 0, 20, TOPIC_ALIAS_MAXIMUM, 0, 10])
  offer({ topic: 'up/a', payload: 'before', qos: 1, properties: Buffer.alloc(0) })
  t.match(await acknowledged(first), { payload: 'before' })

  const moved = bridge.renew(true)
  const second = await remote.connection()
  await first.next(type.PINGREQ)
  first.send([0xd0, 0])
  await second.next(type.CONNECT)
  offer({ topic: 'up/a', payload: 'x'.repeat(200), qos: 1, properties: Buffer.alloc(0) })
  for (let n = 0; n < 6; n++) offer({ topic: 'up/a', payload: String(n), qos: n === 0 ? 2 : 1, retain: true, properties: Buffer.alloc(0) })
  welcome(second, 1, [RECEIVE_MAXIMUM, 0, 2, MAXIMUM_PACKET_SIZE, 0, 0, 0, 100, MAXIMUM_QOS, 1, RETAIN_AVAILABLE, 0, TOPIC_ALIAS_MAXIMUM, 0, 10])
  first.socket.end()
  await moved
  await eventually('what it may send', () => second.frames.filter(frame => frame.readUInt8(0) >> 4 === type.PUBLISH).length === 2)
  // two more turns of the loop would do for a third
  await new Promise(resolve => setTimeout(resolve, 20))
  t.equal(second.frames.filter(frame => frame.readUInt8(0) >> 4 === type.PUBLISH).length, 2, 'Receive Maximum')
  for (let n = 0; n < 6; n++) t.match(await acknowledged(second), { topic: 'up/a', payload: String(n), qos: 1, retain: false }, 'Maximum QoS and Retain Available')
  t.ok(await bridge.drain(2000))
  t.equal(bridge.counters.droppedTooLarge, 1, 'Maximum Packet Size')
  t.equal(bridge.counters.resent, 0)
  t.same(first.frames.filter(frame => frame.readUInt8(0) >> 4 === type.PUBLISH), [], 'nothing of it went out on the connection before')
})

test('wider limits hold as well; the topic is whole in each message of each connection', async t => {
  const remote = await scriptedRemote(t)
  const { offer, bridge } = rig(t, bridgeConfig(remote.port, { protoVer: 5 }))
  const first = await remote.connection()
  const connect = await first.next(type.CONNECT)
  t.notOk(connect.subarray(13, 13 + connect.readUInt8(12)).includes(PropertyId.TOPIC_ALIAS_MAXIMUM), 'the remote may set no alias either')
  welcome(first, 0, [RECEIVE_MAXIMUM, 0, 1, TOPIC_ALIAS_MAXIMUM, 0, 10])
  await eventually('it is up', () => bridge.state.name === 'up')
  const moved = bridge.renew(true)
  const second = await remote.connection()
  await first.next(type.PINGREQ)
  first.send([0xd0, 0])
  await second.next(type.CONNECT)
  for (let n = 0; n < 8; n++) offer({ topic: 'up/a', payload: String(n), qos: 1, properties: Buffer.alloc(0) })
  welcome(second, 1, [TOPIC_ALIAS_MAXIMUM, 0, 10])
  await moved
  const isPublish = (frame: Buffer): boolean => frame.readUInt8(0) >> 4 === type.PUBLISH
  await eventually('all at once', () => second.frames.filter(isPublish).length === 8)
  for (const frame of second.frames.filter(isPublish)) t.match(readPublish(frame, 5), { topic: 'up/a' })
})

test('topic aliases of the connection before mean nothing on the one that takes over', async t => {
  const remote = await scriptedRemote(t)
  const { offer, bridge } = rig(t, bridgeConfig(remote.port, { protoVer: 5, topicAlias: 5 }))
  const send = (payload: string): void => { offer({ topic: 'up/some/place', payload, qos: 1, properties: Buffer.alloc(0) }) }
  const first = await remote.connection()
  await first.next(type.CONNECT)
  welcome(first, 0, [TOPIC_ALIAS_MAXIMUM, 0, 10])
  for (const payload of ['1', '2', '3']) send(payload)
  const before = [await acknowledged(first), await acknowledged(first), await acknowledged(first)]
  t.match(before, [{ topic: 'up/some/place' }, { topic: 'up/some/place' }, { topic: '' }], 'in full, in full with the alias, the alias alone')
  const moved = bridge.renew(true)
  const second = await remote.connection()
  await first.next(type.PINGREQ)
  first.send([0xd0, 0])
  await second.next(type.CONNECT)
  for (const payload of ['4', '5', '6']) send(payload)
  welcome(second, 1, [TOPIC_ALIAS_MAXIMUM, 0, 10])
  first.socket.end()
  await moved
  const after = [await acknowledged(second), await acknowledged(second), await acknowledged(second)]
  t.match(after, [{ topic: 'up/some/place', payload: '4', properties: Buffer.alloc(0) }, { topic: 'up/some/place', payload: '5' }, { topic: '', payload: '6' }])

  const third = bridge.renew(true)
  const bare = await remote.connection()
  await second.next(type.PINGREQ)
  second.send([0xd0, 0])
  await bare.next(type.CONNECT)
  send('7')
  welcome(bare, 1, [])
  second.socket.end()
  await third
  t.match(await acknowledged(bare), { topic: 'up/some/place', payload: '7', properties: Buffer.alloc(0) }, 'this one takes no alias')
})
