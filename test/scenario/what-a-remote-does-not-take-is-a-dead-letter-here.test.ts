/** `dead_letter_topic`: messages that a remote refuses, or that are too large for it, are published here, and go to no bridge again. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { test } from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { startEdge } from '../../src/edge.ts'
import { silentLogger } from '../../src/logger.ts'
import { eventually } from '../support/eventually.ts'
import { readPublish } from '../support/publish-frames.ts'
import { scriptedRemote, type ScriptedRemote, type } from '../support/scripted-remote.ts'

/** Refuses every message of QoS 1 (not authorized), and takes none above 300 bytes. @returns topics that came */
function refuseAll (remote: ScriptedRemote): string[] {
  const came: string[] = []
  const serve = async (): Promise<void> => {
    const connection = await remote.connection()
    await connection.next(type.CONNECT)
    connection.send([0x20, 8, 0, 0, 5, 0x27, 0, 0, 1, 44])
    for (;;) {
      const { topic, packetId = 0 } = readPublish(await connection.next(type.PUBLISH), 5)
      came.push(topic)
      if (packetId !== 0) connection.send([0x40, 3, packetId >> 8, packetId & 0xff, 0x87])
    }
  }
  serve().catch(() => {})
  return came
}

test('with its reason, once, although two bridges forward everything and also what came by the other', async t => {
  const [north, south] = [await scriptedRemote(t), await scriptedRemote(t)]
  const [atNorth, atSouth] = [refuseAll(north), refuseAll(south)]
  const dir = await mkdtemp(join(tmpdir(), 'causeway-dead-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const file = join(dir, 'nanomq.conf')
  const bridge = (name: string, { port }: ScriptedRemote): string => `bridges.mqtt.${name} { server = "mqtt-tcp://127.0.0.1:${port}", proto_ver = 5, clientid = ${name}, forward_bridged = true
    forwards = [{ local_topic = "#", remote_topic = "#", prefix = "from/" }], dead_letter_topic = "dead/{name}/{topic}" }`
  await writeFile(file, `listeners.tcp { bind = "127.0.0.1:0" }\n${bridge('north', north)}\n${bridge('south', south)}`)
  const { config } = loadConfig({ file, cwd: dir, environment: {} })
  const edge = await startEdge({ config, logger: silentLogger, stateDir: null })
  t.teardown(async () => edge.close(0))
  await eventually('both bridges are up', () => edge.bridges.every(({ state }) => state.name === 'up'))
  const client = await connectAsync(`mqtt://127.0.0.1:${edge.addresses[0]?.port}`, { protocolVersion: 5, reconnectPeriod: 0 })
  t.teardown(async () => client.endAsync(true))
  const letters: { topic: string, payload: string, properties: unknown }[] = []
  client.on('message', (topic, payload, packet) => letters.push({ topic, payload: payload.toString(), properties: packet.properties?.userProperties }))
  await client.subscribeAsync('dead/#', { qos: 1 })
  await client.publishAsync('a/b', 'refused', { qos: 1, properties: { contentType: 'text/plain', userProperties: { own: 'kept' } } })
  await client.publishAsync('a/large', 'x'.repeat(400), { qos: 0 })
  await eventually('a letter of each bridge for each message', () => letters.length >= 4)
  await client.publishAsync('a/last', 'refused', { qos: 1 })
  await eventually('the last ones', () => letters.length >= 6)
  t.same(letters.map(({ topic }) => topic).sort(), ['north', 'south'].flatMap(name => ['a/b', 'a/large', 'a/last'].map(topic => `dead/${name}/from/${topic}`)))
  t.same([atNorth.sort(), atSouth.sort()], [['from/a/b', 'from/a/last'], ['from/a/b', 'from/a/last']], 'no letter was offered to a remote')
  t.match(letters.find(({ topic }) => topic === 'dead/north/from/a/b'), {
    payload: 'refused',
    properties: { own: 'kept', 'causeway-dead-letter-topic': 'from/a/b', 'causeway-dead-letter-bridge': 'north', 'causeway-dead-letter-reason': /does not authorize a message \(0x87\)/ }
  })
  t.same(edge.bridges.map(({ counters }) => [counters.refusedByRemote, counters.droppedTooLarge, counters.deadLetters]), [[2, 1, 3], [2, 1, 3]])
})
