import { test } from 'tap'
import type { RemoteConnection } from '../support/scripted-remote.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'
import { TestClock } from '../support/test-clock.ts'

/** Sends PINGRESP, and a PUBREL, whose answer shows that both were read. */
async function answer (connection: RemoteConnection): Promise<void> {
  connection.send([0xd0, 0], [0x62, 2, 9, 9])
  await connection.next(type.PUBCOMP)
}

test('a remote that answers neither PINGREQ nor anything is given up, and said so', async t => {
  const clock = new TestClock()
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { keepaliveSeconds: 20 }), { clock })
  const connection = await remote.connection()
  await connection.accept()
  await north.reaches('up')

  for (let i = 0; i < 5; i++) {
    clock.pass(15_000)
    await connection.next(type.PINGREQ)
    await answer(connection)
    t.equal(north.bridge.state.name, 'up', 'any byte is life')
  }
  clock.pass(15_000)
  await connection.next(type.PINGREQ)
  clock.pass(5000)
  t.equal(north.bridge.state.name, 'up', 'the answer may take half the keep-alive')
  clock.pass(5000)
  await connection.closed
  await north.reaches('waiting')
  t.match(north.bridge.state, { reason: { code: 'CW_BRIDGE_LINK_DEAD', message: /has not said a word for \d+ s/ } })
  t.same(connection.frames, [], 'one PINGREQ at a time')
  clock.pass(60_000)
  await remote.connection()
})

test('a bridge that only sends asks as well, and one that hears much does not', async t => {
  const clock = new TestClock()
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { keepaliveSeconds: 20 }), { clock })
  const connection = await remote.connection()
  await connection.accept()
  await north.reaches('up')
  for (let i = 0; i < 4; i++) {
    clock.pass(4000)
    north.offer({ topic: 'up/a', payload: '', qos: 0 })
    await connection.next(type.PUBLISH)
    await answer(connection)
  }
  t.equal(connection.frames.length, 0)
  for (let i = 0; i < 4; i++) {
    clock.pass(4000)
    north.offer({ topic: 'up/a', payload: '', qos: 0 })
    await connection.next(type.PUBLISH)
  }
  await connection.next(type.PINGREQ)
})
