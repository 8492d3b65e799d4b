import { test } from 'tap'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'
import { readPublish } from '../support/publish-frames.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'

test('a message that a remote of MQTT 5 refuses is let go, said with its code in words, and hinders none behind it', async t => {
  const remote = await scriptedRemote(t)
  const { offer, bridge, log } = rig(t, bridgeConfig(remote.port, { protoVer: 5 }))
  const connection = await remote.connection()
  await connection.next(type.CONNECT)
  connection.send([0x20, 8, 0, 0, 5, 0x27, 0, 0, 1, 0]) // no packet above 256 bytes
  offer({ topic: 'up/secret', payload: 'forbidden', qos: 1 })
  offer({ topic: 'up/odd', payload: 'not what it says', qos: 2 })
  offer({ topic: `up/${'long/'.repeat(40)}`, payload: 'x'.repeat(300), qos: 1 })
  offer({ topic: 'up/good', payload: 'good', qos: 1 })
  for (const [frameType, reason] of [[0x40, 0x87], [0x50, 0x99], [0x40, 0]] as const) {
    const { packetId = 0 } = readPublish(await connection.next(type.PUBLISH), 5)
    connection.send([frameType, 3, packetId >> 8, packetId & 0xff, reason])
  }
  t.ok(await bridge.drain(2000), 'all are through or let go')
  t.same([bridge.counters.acknowledged, bridge.counters.refusedByRemote, bridge.counters.droppedTooLarge], [1, 2, 1])
  const said = log.filter(({ message }) => message.includes('those behind it go on'))
  t.same(said.map(({ level, message }) => [level, /\(0x..\)/.exec(message)?.[0]]).sort(), [['warn', '(0x87)'], ['warn', '(0x95)'], ['warn', '(0x99)']])
  t.match(said.find(({ message }) => message.includes('0x87')), { topic: 'up/secret', messages: 1, message: /does not authorize/, hint: /remote/ })
  t.equal(said.find(({ message }) => message.includes('0x95'))?.['topic'], `up/${'long/'.repeat(40)}`.slice(0, 200), 'of a topic that does not end, the beginning')
})
