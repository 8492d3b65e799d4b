/** An MQTT 5 remote that sends the bridge elsewhere is followed to servers of `hybrid_servers`, and to no other. */
import { test } from 'tap'
import { bridgeConfig, rig } from '../support/bridge-rig.ts'
import { scriptedRemote, type ScriptedRemote, type } from '../support/scripted-remote.ts'

const text = (value: string): number[] => [0, value.length, ...Buffer.from(value)]
/** With a Server Reference. */
const connack = (code: number, reference: string): number[] => [0x20, 6 + reference.length, 0, code, 3 + reference.length, 0x1c, ...text(reference)]
const disconnect = (code: number, reference: string): number[] => [0xe0, 5 + reference.length, code, 3 + reference.length, 0x1c, ...text(reference)]

const addressOf = ({ port }: ScriptedRemote) => ({ secure: false, host: '127.0.0.1', port, url: `mqtt-tcp://127.0.0.1:${port}` })

test('to the server that it names, past the one that would be next', async t => {
  const [first, second, third] = [await scriptedRemote(t), await scriptedRemote(t), await scriptedRemote(t)]
  const north = rig(t, bridgeConfig(first.port, { protoVer: 5, hybridServers: [addressOf(second), addressOf(third)], backoffMaxMs: 60_000 }))
  const before = await first.connection()
  await before.accept(false, 5)
  await north.reaches('up')
  before.send(disconnect(0x9c, `127.0.0.1:${third.port}`))
  await (await third.connection()).accept(false, 5)
  await north.reaches('up')
  t.same([north.bridge.server.port, second.count], [third.port, 0])
})

test('by CONNACK as well; to a server that nobody has configured never, and the log names it', async t => {
  const [first, second, stranger] = [await scriptedRemote(t), await scriptedRemote(t), await scriptedRemote(t)]
  const north = rig(t, bridgeConfig(first.port, { protoVer: 5, hybridServers: [addressOf(second)], backoffMaxMs: 60_000 }))
  const before = await first.connection()
  await before.next(type.CONNECT)
  before.send(connack(0x9d, `127.0.0.1:${stranger.port}`))
  await (await second.connection()).accept(false, 5)
  await north.reaches('up')
  t.equal(stranger.count, 0)
  t.match(north.log.find(({ message }) => message.includes('moved for good')), { message: new RegExp(`127\\.0\\.0\\.1:${stranger.port} \\(CONNACK 0x9d\\)`), hint: /server/ })
})

test('servers that send the bridge to each other are not asked all the time', async t => {
  const [first, second] = [await scriptedRemote(t), await scriptedRemote(t)]
  const north = rig(t, bridgeConfig(first.port, { protoVer: 5, hybridServers: [addressOf(second)], backoffMaxMs: 60_000 }))
  for (const remote of [first, second]) {
    const connection = await remote.connection()
    await connection.accept(false, 5)
    await north.reaches('up')
    connection.send(disconnect(0x9c, `127.0.0.1:${remote === first ? second.port : first.port}`))
    await connection.closed
  }
  await north.reaches('waiting')
  t.match(north.bridge.state, { name: 'waiting' })
  if (north.bridge.state.name === 'waiting') t.ok(north.bridge.state.retryInMs >= 30_000, 'a long wait')
})

test('a session that another client has taken is said as an error, and not fought over', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { protoVer: 5, backoffMaxMs: 60_000 }))
  const connection = await remote.connection()
  await connection.accept(false, 5)
  await north.reaches('up')
  connection.send([0xe0, 2, 0x8e, 0])
  await north.reaches('waiting')
  t.match(north.log.at(-1), { level: 'error', message: /same client id.*0x8e/, hint: /give each its own/ })
  if (north.bridge.state.name === 'waiting') t.ok(north.bridge.state.retryInMs >= 30_000)
})
