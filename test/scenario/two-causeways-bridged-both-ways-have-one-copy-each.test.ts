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

async function edgeOf (t: Test, text: string): Promise<{ edge: Edge, port: number }> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-pair-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  const file = join(dir, 'nanomq.conf')
  await writeFile(file, `listeners.tcp { bind = "127.0.0.1:0" }\n${text}`)
  const { config } = loadConfig({ file, cwd: dir, environment: {} })
  const edge = await startEdge({ config, logger: silentLogger, stateDir: null })
  t.teardown(() => edge.close(0))
  return { edge, port: edge.addresses[0]?.port ?? 0 }
}

/** Takes everything but `$…` and says when `last` has come. */
async function listener (t: Test, port: number): Promise<{ topics: string[], publish (topic: string, qos: 0 | 1 | 2): Promise<unknown>, last: Promise<void> }> {
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
  for (const qos of [0, 1, 2] as const) {
    await a.publish(`here/${qos}`, qos)
    await b.publish(`there/${qos}`, qos)
  }
  await a.publish('here/last', 1)
  await b.publish('there/last', 1)
  await Promise.all([a.last, b.last])
  // whatever would come back of the others is in front of these
  await a.publish('here/after', 1)
  await b.publish('there/after', 1)
  await eventually('both have both', () => [a, b].every(({ topics }) => topics.filter(topic => topic.endsWith('/after')).length === 2))
  const expected = ['here/0', 'here/1', 'here/2', 'here/last', 'there/0', 'there/1', 'there/2', 'there/last']
  for (const side of [a, b]) t.same(side.topics.filter(topic => !/hello|after/.test(topic)).sort(), expected)
})
