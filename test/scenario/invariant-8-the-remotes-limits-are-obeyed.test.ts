/** Invariant 8: Receive Maximum, Maximum Packet Size, Maximum QoS, Retain Available and Server Keep Alive of an MQTT 5 remote hold from CONNACK on. */
import { test } from 'tap'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'
import { readPublish } from '../support/publish-frames.ts'
import { type RemoteConnection, scriptedRemote, type } from '../support/scripted-remote.ts'

async function accept (remote: RemoteConnection, properties: readonly number[]): Promise<void> {
  await remote.next(type.CONNECT)
  remote.send([0x20, 3 + properties.length, 0, 0, properties.length, ...properties])
}

const ackOf = (first: number, id: number): number[] => [first, 2, id >> 8, id & 0xff]

test('Receive Maximum: QoS 1 and 2 together, and no more before one is answered', async t => {
  const remote = await scriptedRemote(t)
  const { offer } = rig(t, bridgeConfig(remote.port, { protoVer: 5 }))
  for (let n = 0; n < 30; n++) offer({ topic: 'up/a', payload: String(n), qos: n % 3 === 0 ? 2 : 1, packetId: 1 })
  const connection = await remote.connection()
  await accept(connection, [0x21, 0, 3])
  const open: { readonly id: number, readonly qos: number }[] = []
  const arrived: string[] = []
  let most = 0
  while (arrived.length < 30) {
    const came = [await connection.next(type.PUBLISH)]
    // all that it sends before it waits for an answer
    await new Promise(resolve => setTimeout(resolve, 10))
    came.push(...connection.frames.splice(0))
    for (const { packetId = 0, payload, qos = 0 } of came.map(frame => readPublish(frame, 5))) {
      open.push({ id: packetId, qos })
      arrived.push(payload)
    }
    most = Math.max(most, open.length)
    // the newest first: answers may come in any order
    const { id, qos } = open.pop() ?? { id: 0, qos: 0 }
    if (qos === 1) connection.send(ackOf(0x40, id))
    else {
      connection.send(ackOf(0x50, id))
      await connection.next(type.PUBREL)
      connection.send(ackOf(0x70, id))
    }
  }
  t.equal(most, 3)
  t.same(arrived, Array.from({ length: 30 }, (_, n) => String(n)))
})

test('Maximum Packet Size, Maximum QoS, Retain Available', async t => {
  const remote = await scriptedRemote(t)
  const { offer, bridge } = rig(t, bridgeConfig(remote.port, { protoVer: 5 }))
  offer({ topic: 'up/a', payload: 'x'.repeat(200), qos: 1, packetId: 1 })
  offer({ topic: 'up/a', payload: 'two', qos: 2, packetId: 1, retain: true })
  offer({ topic: 'up/a', payload: 'one', qos: 1, packetId: 1 })
  const connection = await remote.connection()
  await accept(connection, [0x27, 0, 0, 0, 100, 0x24, 1, 0x25, 0])
  const first = readPublish(await connection.next(type.PUBLISH), 5)
  const second = readPublish(await connection.next(type.PUBLISH), 5)
  t.match(first, { payload: 'two', qos: 1, retain: false })
  t.match(second, { payload: 'one', qos: 1 })
  connection.send(ackOf(0x40, first.packetId ?? 0), ackOf(0x40, second.packetId ?? 0))
  t.ok(await bridge.drain(2000))
  t.equal(bridge.counters.droppedTooLarge, 1, 'one that it never can take is given up and counted, and blocks nothing')
})

test('Server Keep Alive: PINGREQ comes as often as the remote says', async t => {
  const remote = await scriptedRemote(t)
  rig(t, bridgeConfig(remote.port, { protoVer: 5, keepaliveSeconds: 600 }))
  const connection = await remote.connection()
  await accept(connection, [0x13, 0, 1])
  const start = performance.now()
  await connection.next(type.PINGREQ)
  t.ok(performance.now() - start < 10_000)
})
