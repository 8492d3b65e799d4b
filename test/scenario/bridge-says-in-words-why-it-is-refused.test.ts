import { test } from 'tap'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'

const refusals = [
  [4, [0x20, 2, 0, 2], /client id/],
  [4, [0x20, 2, 0, 3], /not available/],
  [4, [0x20, 2, 0, 4], /user name or password/],
  [4, [0x20, 2, 0, 5], /does not authorize/],
  [5, [0x20, 3, 0, 0x87, 0], /does not authorize.*0x87/],
  [5, [0x20, 3, 0, 0x9f, 0], /no more connections/]
] as const

test('each refusal has its words and a hint, and is tried again', async t => {
  for (const [protoVer, connack, says] of refusals) {
    const remote = await scriptedRemote(t)
    const north = rig(t, bridgeConfig(remote.port, { protoVer, noLocalV4: false }))
    const connection = await remote.connection()
    await connection.next(type.CONNECT)
    connection.send(connack)
    await connection.closed
    await north.reaches('waiting')
    t.match(north.bridge.state, { reason: { code: 'CW_BRIDGE_REFUSED', message: says, hint: /./ } })
    t.match(north.log.at(-1), { level: /warn|error/, message: says, hint: /./ })
    await remote.connection()
    await north.bridge.stop()
  }
})

test('the bridge bit is left out when the remote refuses it, and stays out', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port))
  const first = await remote.connection()
  t.equal((await first.next(type.CONNECT)).readUInt8(8), 0x84, '"I am a bridge"')
  first.send([0x20, 2, 0, 1])
  const second = await remote.connection()
  t.equal((await second.accept()).readUInt8(8), 4)
  await north.reaches('up')
  second.socket.destroy()
  await north.reaches('waiting')
  const third = await remote.connection()
  t.equal((await third.accept()).readUInt8(8), 4)
  t.equal(north.log.filter(line => line.level === 'warn').length, 1, 'only the link that was cut')
})

test('a remote that closes without a word is tried without the bit once, not each time', async t => {
  const remote = await scriptedRemote(t)
  rig(t, bridgeConfig(remote.port))
  const levels: number[] = []
  for (let i = 0; i < 4; i++) {
    const connection = await remote.connection()
    levels.push((await connection.next(type.CONNECT)).readUInt8(8))
    connection.socket.destroy()
  }
  t.same(levels, [0x84, 4, 0x84, 0x84])
})
