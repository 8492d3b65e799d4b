import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parser } from 'mqtt-packet'
import type { IConnectPacket } from 'mqtt-packet'
import { test } from 'tap'
import type { BridgeConfig } from '../../src/config/model.ts'
import { bridgeConfig, downRule, rig } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { block } from '../support/packets-5.ts'
import { packet, text } from '../support/packets.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import type { RemoteConnection } from '../support/scripted-remote.ts'
import { publishFrame } from '../support/publish-frames.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'

const unnamed = { protoVer: 5, clientid: '' } satisfies Partial<BridgeConfig>
const tellNobody = { noLocalV4: false, subscription: [downRule('cmd/#', '')] }

async function connectOf (connection: RemoteConnection): Promise<IConnectPacket> {
  const frame = await connection.next(type.CONNECT)
  return new Promise((resolve, reject) => {
    parser().on('packet', read => { if (read.cmd === 'connect') resolve(read) }).on('error', reject).parse(frame)
  })
}

const connack = (present: boolean, id: string | null, code = 0): Buffer => packet(0x20, [present ? 1 : 0, code], id === null ? [0] : block([0x12], text(id)))

/** Takes SUBSCRIBE and grants it. */
async function subscribed (connection: RemoteConnection): Promise<void> {
  const subscribe = await connection.next(type.SUBSCRIBE)
  connection.send([0x90, 4, ...subscribe.subarray(2, 4), 0, 2])
}

test('mosquitto assigns one, and its session is found again after a cut and after a restart', { skip: mosquittoMissing }, async t => {
  const mosquitto = await startMosquitto(t)
  const way = await tcpProxy(t, mosquitto.port)
  const stateDir = t.testdir()
  const config = bridgeConfig(way.port, { ...unnamed, subscription: [downRule('cmd/#', '')] })
  const remote = await mosquitto.observe('up/#')
  const first = rig(t, config, { stateDir })
  await first.reaches('up')
  t.match(first.bridge.state, { clientId: /^auto-/, sessionPresent: false })
  const { clientId } = first.bridge.state as { clientId: string }
  const done = (): number => mosquitto.log.filter(line => line.includes(`Received PUBCOMP from ${clientId}`)).length
  await eventually('it is subscribed', () => mosquitto.log.some(line => line.includes(`Sending SUBACK to ${clientId}`)))
  way.cut(true)
  await first.reaches('waiting')
  await remote.client.publishAsync('cmd/do', 'while it was away', { qos: 2 })
  way.accept()
  await first.landedCount(1)
  await eventually('it is up and done', () => first.bridge.state.name === 'up' && done() === 1)
  t.match(first.bridge.state, { name: 'up', clientId, sessionPresent: true })
  await first.bridge.stop()
  await remote.client.publishAsync('cmd/do', 'while it was stopped', { qos: 2 })
  const second = rig(t, config, { stateDir })
  await eventually('it is up and done', () => second.bridge.state.name === 'up' && done() === 2)
  t.match(second.bridge.state, { name: 'up', clientId, sessionPresent: true })
  t.same(second.landed.map(({ payload }) => payload.toString()), ['while it was stopped'])
})

test('it is asked for with a clean start, and said from then on with the session that is wanted', async t => {
  const remote = await scriptedRemote(t)
  const stateDir = t.testdir()
  const north = rig(t, bridgeConfig(remote.port, { ...unnamed, ...tellNobody }), { stateDir })
  const nameless = await remote.connection()
  t.match(await connectOf(nameless), { clientId: '', clean: true, properties: { sessionExpiryInterval: 0xffffffff } })
  nameless.send(connack(false, 'given "by" you'))
  await subscribed(nameless)
  nameless.send(publishFrame({ topic: 'cmd/do', payload: 'once', qos: 2, packetId: 3, properties: Buffer.alloc(0) }))
  await nameless.next(type.PUBREC)
  await eventually('it is kept', () => north.log.length > 0 && north.bridge.state.name === 'up')
  nameless.socket.destroy()
  const named = await remote.connection()
  t.match(await connectOf(named), { clientId: 'given "by" you', clean: false })
  named.send(connack(true, null))
  // the session is the same, and so is the handshake: PUBREL needs no second PUBLISH
  named.send([0x62, 2, 0, 3])
  t.same([...(await named.next(type.PUBCOMP)).subarray(0, 4)], [0x70, 2, 0, 3])
  await north.landedCount(1)
  t.match(north.bridge.state, { name: 'up', clientId: 'given "by" you' })
  t.equal(JSON.parse(await readFile(join(stateDir, 'assigned-clientid-north'), 'utf8')), 'given "by" you')
})

test('one that the remote does not take is given up at once, and another asked for', async t => {
  const remote = await scriptedRemote(t)
  const stateDir = t.testdir({ 'assigned-clientid-north': '"of another server"\n' })
  const north = rig(t, bridgeConfig(remote.port, { ...unnamed, ...tellNobody }), { stateDir })
  const known = await remote.connection()
  t.match(await connectOf(known), { clientId: 'of another server', clean: false })
  known.send(connack(false, null, 0x85))
  const nameless = await remote.connection()
  t.match(await connectOf(nameless), { clientId: '', clean: true })
  nameless.send(connack(false, 'new'))
  await north.reaches('up')
  t.match(north.bridge.state, { clientId: 'new' })
  t.equal(north.bridge.counters.connectFailures, 0)
})

test('a remote that knows us by another name than we say is shown, and ours is said again', async t => {
  const remote = await scriptedRemote(t)
  const north = rig(t, bridgeConfig(remote.port, { protoVer: 5, clientid: 'ours', ...tellNobody }))
  const first = await remote.connection()
  t.match(await connectOf(first), { clientId: 'ours' })
  first.send(connack(false, 'tenant-7/ours'))
  await north.reaches('up')
  t.match(north.bridge.state, { clientId: 'tenant-7/ours' })
  first.socket.destroy()
  t.match(await connectOf(await remote.connection()), { clientId: 'ours' })
})

test('an empty one is with 3.1.1, which can not tell what was made of it, as one that is not there', async t => {
  const remote = await scriptedRemote(t)
  rig(t, bridgeConfig(remote.port, { clientid: '', ...tellNobody }))
  const first = await remote.connection()
  const { clientId } = await connectOf(first)
  t.match(clientId, /^causeway[0-9a-f]{12}$/)
  first.socket.destroy()
  t.match(await connectOf(await remote.connection()), { clientId, clean: false })
})
