import { test } from 'tap'
import type { RemoteConnection } from '../support/scripted-remote.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import { bridgeConfig, downRule, rig } from '../support/bridge-rig.ts'
import { publishFrame } from '../support/publish-frames.ts'
import { packet, u16 } from '../support/packets.ts'

const down = { subscription: [downRule('d/#', '')] }
const message = (packetId: number, qos: 0 | 1 | 2, payload = String(packetId), dup = false): Buffer =>
  publishFrame({ topic: 'd/x', payload, qos, packetId, dup })

async function accept (connection: RemoteConnection, sessionPresent = false, filters = 1): Promise<void> {
  await connection.accept(sessionPresent)
  if (sessionPresent) return
  const subscribe = await connection.next(type.SUBSCRIBE)
  connection.send(packet(0x90, u16(subscribe.readUInt16BE(2)), Buffer.alloc(filters, 2)))
}

/** A ping-pong of our own: everything sent before was read, everything it caused has come back. */
async function settled (connection: RemoteConnection): Promise<void> {
  connection.send([0x62, 2, 0xff, 0xff])
  while ((await connection.next(type.PUBCOMP)).readUInt16BE(2) !== 0xffff);
}

test('PUBACK and PUBREC wait for the local sessions, and go out in the order of the messages', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, down))
  const connection = await remote.connection()
  await accept(connection)
  const hold = north.hold = []
  connection.send(message(1, 1), message(2, 2), message(3, 1), message(0, 0))
  await north.landedCount(4)
  const finish: ((error?: Error) => void)[] = hold
  finish[2]?.()
  finish[1]?.()
  await settled(connection)
  t.same(connection.frames, [])
  finish[0]?.()
  await settled(connection)
  t.same(connection.frames, [[0x40, 2, 0, 1], [0x50, 2, 0, 2], [0x40, 2, 0, 3]].map(bytes => Buffer.from(bytes)))
})

test('QoS 2 lands once, over duplicates and a reconnect with the session', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, down))
  const first = await remote.connection()
  await accept(first)
  north.hold = []
  first.send(message(5, 2, 'slow'), message(6, 2, 'other'))
  await north.landedCount(2)
  first.send(message(5, 2, 'slow', true))
  await settled(first)
  first.socket.destroy()
  await north.reaches('waiting')

  const second = await remote.connection()
  await accept(second, true)
  second.send(message(5, 2, 'slow', true), message(6, 2, 'other', true))
  await settled(second)
  t.same(second.frames, [], 'not safe yet')
  for (const finish of north.hold) finish()
  t.same(await second.next(type.PUBREC), Buffer.from([0x50, 2, 0, 5]))
  t.same(await second.next(type.PUBREC), Buffer.from([0x50, 2, 0, 6]))
  second.send([0x62, 2, 0, 5])
  t.same(await second.next(type.PUBCOMP), Buffer.from([0x70, 2, 0, 5]))
  t.equal(north.landed.length, 2)
  north.hold = null
  second.send(message(5, 2, 'a new one'))
  await second.next(type.PUBREC)
  t.same(north.landed.map(({ payload }) => payload.toString()), ['slow', 'other', 'a new one'])
  second.socket.destroy()
  await north.reaches('waiting')

  const third = await remote.connection()
  await accept(third)
  third.send(message(6, 2, 'another session'))
  await third.next(type.PUBREC)
  t.equal(north.landed.at(-1)?.payload.toString(), 'another session', 'without a session ids mean nothing any more')
})

test('when the local broker has enough the remote is not read, and is not taken for dead', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, down))
  const connection = await remote.connection()
  await accept(connection)
  north.hold = []
  const burst = Buffer.concat(Array.from({ length: 200 }, () => message(0, 0, 'x'.repeat(1000))))
  for (let i = 0; i < 400; i++) connection.socket.write(burst)
  await north.landedCount(2000)
  await new Promise(resolve => setTimeout(resolve, 100))
  const held = north.landed.length
  t.ok(held < 2200, `${held} taken of 80000`)
  const hold = north.hold
  north.hold = null
  for (const finish of hold) finish()
  await north.landedCount(80_000)
  t.equal(north.bridge.state.name, 'up')
})

test('a local broker that can not take a message makes the remote send it again', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, down))
  const connection = await remote.connection()
  await accept(connection)
  north.hold = []
  connection.send(message(1, 1))
  await north.landedCount(1)
  north.hold[0]?.(new Error('disk full'))
  await connection.closed
  await north.reaches('waiting')
  t.match(north.bridge.state, { reason: { code: 'CW_BRIDGE_LOCAL_DELIVERY', cause: { message: 'disk full' } } })
  t.equal(connection.frames.length, 0, 'no PUBACK')
})

test('what no rule takes is acknowledged and counted', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { subscription: [downRule('d/#', '', { prefix: '$SYS/' }), downRule('e', '')] }))
  const connection = await remote.connection()
  await accept(connection, false, 2)
  connection.send(message(1, 1), publishFrame({ topic: 'other', payload: '', qos: 2, packetId: 2 }))
  await connection.next(type.PUBACK)
  await connection.next(type.PUBREC)
  t.same(north.landed, [])
  t.equal(north.bridge.counters.receivedUnmapped, 2)
})
