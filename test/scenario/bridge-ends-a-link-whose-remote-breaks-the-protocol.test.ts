import { test } from 'tap'
import type { RemoteConnection } from '../support/scripted-remote.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import { bridgeConfig, downRule, rig } from '../support/bridge-rig.ts'
import { publishFrame } from '../support/publish-frames.ts'
import { packet, text, u16 } from '../support/packets.ts'

const down = { subscription: [downRule('#', '')] }

const faults: readonly (readonly [what: string, bytes: Buffer, says: RegExp])[] = [
  ['a wildcard in a topic', publishFrame({ topic: 'a/#', payload: '', qos: 0 }), /wildcard.*MQTT-3\.3\.2-2/],
  ['ill-formed UTF-8', packet(0x30, [0, 1, 0xff]), /UTF-8/],
  ['U+0000 in a topic', packet(0x30, text('a\0b')), /U\+0000/],
  ['an empty topic', packet(0x30, text('')), /empty/],
  ['QoS 3', packet(0x36, text('a'), u16(1)), /QoS/],
  ['packet id 0', packet(0x32, text('a'), u16(0)), /identifier 0/],
  ['a topic longer than its packet', packet(0x30, u16(500), [1]), /shorter/],
  ['a length of five bytes', Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80, 1]), /four bytes/],
  ['a packet larger than the limit', Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]), /larger than the limit/],
  ['a packet that only clients send', packet(0x82, u16(1), text('a'), [0]), /server does not send/],
  ['a reserved packet type', Buffer.from([0xf0, 0]), /reserved/],
  ['a second CONNACK', Buffer.from([0x20, 2, 0, 0]), /second time.*MQTT-3\.2\.0-2/],
  ['PUBACK with a body too long', Buffer.from([0x40, 3, 4, 0, 0]), /two bytes/]
]

test('what MQTT forbids ends the connection, says which clause, and the next one works', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, down), { maxPacketSize: 10_000 })
  for (const [what, bytes, says] of faults) {
    const connection = await remote.connection()
    await connection.accept()
    connection.send(await subackFor(connection))
    await north.reaches('up')
    connection.send(publishFrame({ topic: 'good', payload: what, qos: 0 }), bytes, publishFrame({ topic: 'after', payload: '', qos: 0 }))
    await connection.closed
    await north.reaches('waiting')
    t.match(north.bridge.state, { name: 'waiting', reason: { code: 'CW_BRIDGE_PROTOCOL', message: says } }, what)
    t.match(north.landed.at(-1), { topic: 'good', payload: Buffer.from(what) }, 'what came before is taken, what comes after is not')
  }
  t.equal(north.landed.length, faults.length)
})

test('data before CONNACK, and a CONNACK that never comes', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { ...down, connectTimeoutMs: 100, noLocalV4: false }))
  const early = await remote.connection()
  await early.next(type.CONNECT)
  early.send(publishFrame({ topic: 'a', payload: '', qos: 0 }))
  await early.closed
  await north.reaches('waiting')
  t.match(north.bridge.state, { reason: { code: 'CW_BRIDGE_PROTOCOL', message: /before CONNACK/ } })
  const silent = await remote.connection()
  await silent.next(type.CONNECT)
  await silent.closed
  await north.reaches('waiting')
  t.match(north.bridge.state, { reason: { code: 'CW_BRIDGE_NO_CONNACK', message: /within 100 ms/ } })
  t.same(north.landed, [])
})

test('acknowledgements that answer nothing are ignored, with one line a connection', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port))
  const connection = await remote.connection()
  await connection.accept()
  await north.reaches('up')
  connection.send([0x40, 2, 4, 0], [0x40, 2, 0, 1], [0x50, 2, 9, 9], [0x70, 2, 9, 9], [0x62, 2, 9, 9])
  t.same(await connection.next(type.PUBCOMP), Buffer.from([0x70, 2, 9, 9]), 'PUBREL is answered whatever it is for')
  t.same(await connection.next(type.PUBREL), Buffer.from([0x62, 2, 9, 9]), 'and PUBREC, so that the remote can forget')
  t.equal(north.bridge.counters.strayAcknowledgements, 4)
  t.equal(north.log.filter(line => line.level === 'warn').length, 1)
  north.offer({ topic: 'up/a', payload: 'still works', qos: 1 })
  const frame = await connection.next(type.PUBLISH)
  connection.send([0x40, 2, ...frame.subarray(8, 10)], [0x40, 2, ...frame.subarray(8, 10)])
  t.equal(await north.bridge.drain(1000), true)
  t.equal(north.bridge.state.name, 'draining')
})

async function subackFor (connection: RemoteConnection): Promise<Buffer> {
  const subscribe = await connection.next(type.SUBSCRIBE)
  const id = subscribe.readUInt16BE(2)
  if (id < 1 || id > 1023) throw new Error(`SUBSCRIBE has id ${id}, which is the outbox's`)
  return packet(0x90, u16(id), [0])
}
