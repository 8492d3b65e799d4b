/** What becomes of the link when the connection that is to take over is not accepted, or breaks: the old one serves on, or the ordinary reconnect does; what waits is lost in neither. */
import { type Test, test } from 'tap'
import { bridgeConfig, rig, type Rig } from '../support/bridge-rig.ts'
import { readPublish } from '../support/publish-frames.ts'
import { type RemoteConnection, type ScriptedRemote, scriptedRemote, type } from '../support/scripted-remote.ts'

interface Moving {
  readonly remote: ScriptedRemote
  readonly north: Rig
  readonly first: RemoteConnection
  /** It has sent CONNECT. */
  readonly second: RemoteConnection
  readonly moved: Promise<void>
}

/** A link that is about to move, while a message waits. */
async function moving (t: Test): Promise<Moving> {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port))
  const first = await remote.connection()
  await first.accept()
  await north.reaches('up')
  const moved = north.bridge.renew(true)
  const second = await remote.connection()
  await first.next(type.PINGREQ)
  first.send([0xd0, 0])
  await second.next(type.CONNECT)
  north.offer({ topic: 'up/x', payload: 'waits', qos: 1 })
  return { remote, north, first, second, moved }
}

async function takes (t: Test, by: RemoteConnection): Promise<void> {
  const { payload, packetId = 0 } = readPublish(await by.next(type.PUBLISH))
  t.equal(payload, 'waits')
  by.send([0x40, 2, packetId >> 8, packetId & 0xff])
}

test('refused: the old connection serves on', async t => {
  const { remote, north, first, second, moved } = await moving(t)
  second.send([0x20, 2, 0, 3])
  await moved
  await takes(t, first)
  t.ok(await north.bridge.drain(2000))
  t.match(north.bridge.counters, { connects: 1, disconnects: 0, takeOvers: 0, resent: 0 })
  t.match(north.log.filter(({ level }) => level === 'warn'), [{ message: /could not move/, reason: String, retryInMs: 5000 }])
  t.equal(remote.count, 2)
})

test('closed without an answer: the old connection serves on', async t => {
  const { north, first, second, moved } = await moving(t)
  second.socket.destroy()
  await moved
  await takes(t, first)
  t.equal(north.bridge.state.name, 'up')
})

test('refused, and the old connection is closed as well: the ordinary reconnect', async t => {
  const { remote, north, first, second, moved } = await moving(t)
  first.socket.destroy()
  second.send([0x20, 2, 0, 3])
  await moved
  const third = await remote.connection()
  await third.accept(true)
  await takes(t, third)
  t.ok(await north.bridge.drain(2000))
  t.match(north.bridge.counters, { connects: 2, disconnects: 1, takeOvers: 0 })
})

test('accepted, and broken at once: its session is nobody\'s any more, so the old connection is left too', async t => {
  const { remote, north, first, second, moved } = await moving(t)
  second.send([0x20, 2, 1, 0])
  second.socket.end()
  await moved
  await first.closed
  const third = await remote.connection()
  await third.accept(true)
  await takes(t, third)
  t.ok(await north.bridge.drain(2000))
  t.match(north.bridge.counters, { connects: 2, takeOvers: 1, disconnects: 1 })
})
