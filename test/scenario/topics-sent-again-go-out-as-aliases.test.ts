/** `topic_alias`: names that are sent again go out as two bytes, where an MQTT 5 remote takes that, and mean nothing beyond one connection. */
import { createServer } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { test } from 'tap'
import type { Test } from 'tap'
import { bridgeConfig, rig, tlsOf } from '../support/bridge-rig.ts'
import type { Rig } from '../support/bridge-rig.ts'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { journaledRig } from '../support/journaled-rig.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { alias, block, publish5 } from '../support/packets-5.ts'
import { packet } from '../support/packets.ts'
import { RemoteConnection, type } from '../support/scripted-remote.ts'
import { listening } from '../support/tls-remote.ts'

const topic = 'up/plant/line/1/temperature'

interface RawRemote {
  readonly port: number
  /** The next connection, accepted with a Topic Alias Maximum; null: none is said. */
  readonly accepts: (maximum: number | null, present?: boolean) => Promise<RemoteConnection>
  readonly caFile: string
}

/** A TLS remote of which the test sees every byte. */
async function rawRemote (t: Test): Promise<RawRemote> {
  const pki = await testPki(t)
  const waiting: RemoteConnection[] = []
  const server = createServer({ cert: pki.server.certPem, key: pki.server.keyPem }).on('secureConnection', (socket: TLSSocket) => waiting.push(new RemoteConnection(socket)))
  return {
    port: await listening(t, server),
    caFile: pki.caFile,
    async accepts (maximum, present = false) {
      await eventually('it has dialled', () => waiting.length > 0)
      const connection = waiting.shift() as RemoteConnection
      await connection.next(type.CONNECT)
      connection.send(packet(0x20, [present ? 1 : 0, 0], maximum === null ? [0] : block([0x22, maximum >> 8, maximum & 255])))
      return connection
    }
  }
}

async function northOf (t: Test, remote: RawRemote, topicAlias: number): Promise<Rig> {
  return rig(t, bridgeConfig(remote.port, { protoVer: 5, tls: tlsOf(remote), topicAlias }))
}

/** Offers one message and takes the frame it comes as. */
async function through (north: Rig, remote: RemoteConnection, name: string, payload: string): Promise<string> {
  north.offer({ topic: name, payload, qos: 0, properties: Buffer.alloc(0) })
  return (await remote.next(type.PUBLISH)).toString('hex')
}

test('byte by byte: in full, in full with the alias, and then the alias alone', async t => {
  const remote = await rawRemote(t)
  const north = await northOf(t, remote, 100)
  const connection = await remote.accepts(2)
  await north.reaches('up')
  const came: string[] = []
  for (const payload of ['1', '2', '3', '4']) came.push(await through(north, connection, topic, payload))
  const known = publish5('', '3', { properties: [alias(1)] })
  t.same(came, [publish5(topic, '1'), publish5(topic, '2', { properties: [alias(1)] }), known, publish5('', '4', { properties: [alias(1)] })].map(frame => frame.toString('hex')))
  t.equal(north.bridge.counters.sentBytes, came.join('').length / 2, 'counted as they leave')
  // two are all that this remote takes
  const other = ['up/second/topic', 'up/third/topic']
  for (let i = 0; i < 6; i++) for (const name of other) await through(north, connection, name, 'x')
  const { properties } = { properties: [alias(2)] }
  t.equal(await through(north, connection, 'up/second/topic', 'y'), publish5('', 'y', { properties }).toString('hex'))
})

test('a remote that says nothing, or 0, gets names in full; so does one that takes aliases where none are asked for', async t => {
  for (const [maximum, topicAlias] of [[null, 100], [0, 100], [100, 0]] as const) {
    const remote = await rawRemote(t)
    const north = await northOf(t, remote, topicAlias)
    const connection = await remote.accepts(maximum)
    await north.reaches('up')
    for (const payload of ['1', '2', '3']) t.equal(await through(north, connection, topic, payload), publish5(topic, payload).toString('hex'))
  }
})

test('what is under way when the link breaks is sent again in full, and aliases begin anew', async t => {
  const remote = await rawRemote(t)
  const north = await northOf(t, remote, 100)
  const first = await remote.accepts(10)
  await north.reaches('up')
  for (const payload of ['1', '2', '3']) north.offer({ topic, payload, qos: 1, packetId: 1, properties: Buffer.alloc(0) })
  const sent = [await first.next(type.PUBLISH), await first.next(type.PUBLISH), await first.next(type.PUBLISH)]
  t.same(sent.map(frame => frame.includes(topic)), [true, true, false])
  first.socket.destroy()
  const second = await remote.accepts(10, true)
  const again = [await second.next(type.PUBLISH), await second.next(type.PUBLISH), await second.next(type.PUBLISH)]
  const id = (frame: Buffer): number => frame.readUInt16BE(2 + 2 + topic.length)
  t.same(again, again.map((frame, i) => publish5(topic, String(i + 1), { qos: 1, dup: true, id: id(frame) })))
  await north.reaches('up')
  t.equal(await through(north, second, topic, '4'), publish5(topic, '4').toString('hex'))
  t.equal(await through(north, second, topic, '5'), publish5(topic, '5', { properties: [alias(1)] }).toString('hex'))
})

test('what is on disk has its name in full', async t => {
  const remote = await rawRemote(t)
  const dir = t.testdir()
  const settings = { port: remote.port, dir, bridge: { protoVer: 5, tls: tlsOf(remote), topicAlias: 100 } } as const
  const before = await journaledRig(t, settings)
  const first = await remote.accepts(10)
  await before.reaches('up')
  for (const payload of ['1', '2', '3']) before.offer({ topic, payload, qos: 1, packetId: 1, properties: Buffer.alloc(0) })
  for (let i = 0; i < 3; i++) await first.next(type.PUBLISH)
  await eventually('it is on disk', () => before.journal.waiting === 3)
  await before.bridge.stop()
  const after = await journaledRig(t, settings)
  const second = await remote.accepts(null)
  const again = [await second.next(type.PUBLISH), await second.next(type.PUBLISH), await second.next(type.PUBLISH)]
  t.same(again.map(frame => [frame.includes(topic), frame.toString('utf8', frame.length - 1)]), [[true, '1'], [true, '2'], [true, '3']])
  await after.bridge.stop()
})

test('mosquitto with max_topic_alias 2 knows what is meant', { skip: mosquittoMissing }, async t => {
  const mosquitto = await startMosquitto(t, { config: ['max_topic_alias 2'] })
  const observer = await mosquitto.observe('up/#')
  const north = rig(t, bridgeConfig(mosquitto.port, { protoVer: 5, topicAlias: 100 }))
  await north.reaches('up')
  t.equal(north.bridge.figures.limits?.topicAliasMaximum, 2)
  const expected: string[] = []
  let inFull = 0
  for (let i = 0; i < 120; i++) {
    const message = { topic: `up/plant/line/${i % 3}/temperature`, payload: String(i), qos: (i % 3) as 0 | 1 | 2, packetId: i % 3 === 0 ? 0 : 1, properties: Buffer.alloc(0) }
    north.offer(message)
    expected.push(`${message.topic} ${message.payload}`)
    inFull += publish5(message.topic, message.payload, { qos: message.qos }).length
    if (i % 10 === 9) await observer.received(i + 1)
  }
  const came = (await observer.received(120)).map(each => `${each.topic} ${each.payload.toString()}`)
  t.same(came.sort(), expected.sort())
  t.ok(north.bridge.counters.sentBytes < inFull * 0.8, `${north.bridge.counters.sentBytes} bytes in place of ${inFull}`)
  t.equal(north.bridge.counters.disconnects, 0)
})
