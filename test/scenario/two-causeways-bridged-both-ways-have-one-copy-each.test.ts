import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { type Test, test } from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { startEdge } from '../../src/edge.ts'
import type { Edge } from '../../src/edge.ts'
import { silentLogger } from '../../src/logger.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/free-port.ts'

async function edgeOf (t: Test, text: string, port = 0): Promise<{ edge: Edge, port: number }> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-pair-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  const file = join(dir, 'nanomq.conf')
  await writeFile(file, `listeners.tcp { bind = "127.0.0.1:${port}" }\n${text}`)
  const { config } = loadConfig({ file, cwd: dir, environment: {} })
  const edge = await startEdge({ config, logger: silentLogger, stateDir: null })
  t.teardown(() => edge.close(0))
  return { edge, port: edge.addresses[0]?.port ?? 0 }
}

interface Listener {
  readonly topics: string[]
  /** The last of each side has come. */
  readonly last: Promise<void>
  publish (topic: string, qos: 0 | 1 | 2): Promise<unknown>
}

/** Takes everything but `$…`. */
async function listener (t: Test, port: number): Promise<Listener> {
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 })
  t.teardown(() => client.endAsync(true))
  const topics: string[] = []
  const last = new Promise<void>(resolve => {
    client.on('message', topic => {
      topics.push(topic)
      if (topics.filter(each => each.endsWith('/last')).length === 2) resolve()
    })
  })
  await client.subscribeAsync('#', { qos: 2 })
  return { topics, publish: async (topic, qos) => client.publishAsync(topic, topic, { qos }), last }
}

/** Each says something with each QoS. @param qos of what comes last */
async function exchange (here: Listener, there: Listener, qos: 1 | 2): Promise<void> {
  const both = async (what: string, qos: 0 | 1 | 2): Promise<void> => {
    await here.publish(`here/${what}`, qos)
    await there.publish(`there/${what}`, qos)
  }
  for (const each of [0, 1, 2] as const) await both(String(each), each)
  await both('last', qos)
  await Promise.all([here.last, there.last])
  // whatever would come back of the others is in front of these
  await both('after', qos)
  await eventually('both have both', () => [here, there].every(({ topics }) => topics.filter(topic => topic.endsWith('/after')).length === 2))
}

const exchanged = ['here/0', 'here/1', 'here/2', 'here/last', 'there/0', 'there/1', 'there/2', 'there/last']

test('on # both ways, a message is on each side once, wherever it began', async t => {
  const there = await edgeOf(t, '')
  const here = await edgeOf(t, `bridges.mqtt.there { server = "mqtt-tcp://127.0.0.1:${there.port}", clientid = here, clean_start = false
    forwards = [{ local_topic = "#", remote_topic = "" }]
    subscription = [{ remote_topic = "#", local_topic = "", qos = 2 }]
  }`)
  const [bridge] = here.edge.bridges
  while (bridge?.state.name !== 'up') await new Promise<void>(resolve => { bridge?.onState(() => resolve()) })
  const a = await listener(t, here.port)
  const b = await listener(t, there.port)
  // a message from there shows that the subscription stands
  while (!a.topics.includes('there/hello')) {
    await b.publish('there/hello', 1)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  await exchange(a, b, 1)
  for (const side of [a, b]) t.same(side.topics.filter(topic => !/hello|after/.test(topic)).sort(), exchanged)
})

/** Both forward everything to the other: two links, of which neither end knows that the other is its twin. */
test('where each forwards # to the other with MQTT 5 and max_hops, a message is on each side once', async t => {
  const ports = [await freePort(), await freePort()] as const
  const up = (name: string, port: number): string => `bridges.mqtt.${name} { server = "mqtt-tcp://127.0.0.1:${port}", clientid = ${name}, clean_start = false, proto_ver = 5
    max_hops = 8, backoff_max = 1s, forwards = [{ local_topic = "#", remote_topic = "" }] }`
  const there = await edgeOf(t, up('from_there', ports[0]), ports[1])
  const here = await edgeOf(t, up('from_here', ports[1]), ports[0])
  await eventually('both are up', () => [here, there].every(({ edge }) => edge.bridges[0]?.state.name === 'up'), 10_000)
  const a = await listener(t, here.port)
  const b = await listener(t, there.port)
  await exchange(a, b, 2)
  await eventually('nothing goes round', () => [here, there].every(({ edge }) => edge.bridges[0]?.queued === 0))
  for (const side of [a, b]) t.same(side.topics.filter(topic => !topic.includes('after')).sort(), exchanged)
})

test('a message that has come through max_hops nodes goes no further', async t => {
  const last = await edgeOf(t, '')
  const next = (name: string, port: number, hops: number): string => `bridges.mqtt.${name} { server = "mqtt-tcp://127.0.0.1:${port}", clientid = ${name}, clean_start = false, proto_ver = 5
    max_hops = ${hops}, forwards = [{ local_topic = "#", remote_topic = "" }] }`
  const middle = await edgeOf(t, `${next('near', last.port, 1)}\n${next('far', last.port, 2).replace('remote_topic = ""', 'remote_topic = "", prefix = "far/"')}`)
  const first = await edgeOf(t, next('middle', middle.port, 1))
  await eventually('all are up', () => [first, middle].every(({ edge }) => edge.bridges.every(({ state }) => state.name === 'up')), 10_000)
  const seen = await listener(t, last.port)
  const device = await listener(t, first.port)
  const neighbour = await listener(t, middle.port)
  await device.publish('one', 1)
  await eventually('it is in the middle', () => neighbour.topics.includes('one'))
  await neighbour.publish('two', 1)
  await eventually('what began in the middle arrives by both', () => seen.topics.includes('two') && seen.topics.includes('far/two'))
  t.same(seen.topics.slice().sort(), ['far/one', 'far/two', 'two'])
})
