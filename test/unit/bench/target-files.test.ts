/** What is written for each target: the same rules, in its own words. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { targetOf } from '../../../src/bench/target/catalogue.ts'
import { prepareCauseway } from '../../../src/bench/target/causeway.ts'
import { hoconText, withOverride } from '../../../src/bench/target/hocon-text.ts'
import { prepareMosquitto } from '../../../src/bench/target/mosquitto.ts'
import { prepareNanomq } from '../../../src/bench/target/nanomq.ts'
import type { TargetSetup } from '../../../src/bench/target/target.ts'
import { makeCredentials } from '../../../src/bench/rig/credentials.ts'
import { loadConfig } from '../../../src/config/load.ts'

const setup = (dir: string): TargetSetup => ({
  dir,
  port: 11_883,
  remotePort: 18_883,
  caFile: join(dir, 'ca.pem'),
  remoteLevel: 5,
  forwards: [{ filter: 'rule/0/#', prefix: '', priority: null }, { filter: 'urgent/#', prefix: '', priority: 'high' }, { filter: 'bench/#', prefix: 'site/7/', priority: null }],
  subscriptions: [{ filter: 'down/#', qos: 1 }],
  inFlight: 1000,
  connections: 1200,
  backlog: { messages: 1_000_000, bytes: 300e6 },
  maxPacket: 65_536
})

async function within (work: (dir: string) => Promise<void>): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-files-'))
  try {
    await work(dir)
  } finally {
    await rm(dir, { recursive: true })
  }
}

test('mosquitto has the rules, the limits and the CA', async t => within(async dir => {
  await prepareMosquitto('mosquitto', setup(dir))
  const lines = (await readFile(join(dir, 'mosquitto.conf'), 'utf8')).split('\n')
  for (const line of ['topic rule/0/# out 2', 'topic bench/# out 2 "" site/7/', 'topic down/# in 1', 'max_inflight_messages 1000', `bridge_cafile ${join(dir, 'ca.pem')}`, 'address 127.0.0.1:18883', 'bridge_protocol_version mqttv50']) t.ok(lines.includes(line), line)
}))

test('causeway takes its file without a complaint', async t => within(async dir => {
  await makeCredentials(dir)
  const launch = await prepareCauseway({ script: null, durability: 'remote', overrides: ['bridges.mqtt.remote.keepalive = 10s'] }, setup(dir))
  t.match(launch.readyLine?.test('{"level":"info","msg":"ready"}'), true)
  const { config } = loadConfig({ file: join(dir, 'causeway.conf'), cwd: dir, environment: {} })
  t.match(config.bridges, [{ maxSendQueueLen: 2_000_000, maxSendQueueBytes: 600 * 1024 * 1024 }], 'room for the backlog in the half that each of two priorities has')
  t.match(config.limits, { maxConnections: 2500, maxConnectionsPerAddress: 2500 })
  t.match(config.bridges, [{ durability: 'remote', protoVer: 5, keepaliveSeconds: 10, cleanStart: false, forwards: [{ localTopic: 'rule/0/#', priority: 'normal' }, { localTopic: 'urgent/#', priority: 'high' }, { localTopic: 'bench/#', prefix: 'site/7/' }], subscription: [{ remoteTopic: 'down/#', subscribeQos: 1 }] }])
}))

test('nanomq has a file that says the same', async t => within(async dir => {
  await makeCredentials(dir)
  await prepareNanomq('nanomq', setup(dir))
  const { config } = loadConfig({ file: join(dir, 'nanomq.conf'), cwd: dir, environment: {} })
  t.match(config.bridges, [{ protoVer: 5, forwards: [{ localTopic: 'rule/0/#' }, { localTopic: 'urgent/#', priority: 'normal' }, { localTopic: 'bench/#', prefix: 'site/7/' }], tcp: { nodelay: true } }])
}))

test('an override goes where its path says, made where there is none', async t => {
  t.strictSame(withOverride({ a: { b: 1, c: 2 } }, 'a.b = 7'), { a: { b: 7, c: 2 } })
  t.strictSame(withOverride({}, 'x.y.z=on'), { x: { y: { z: 'on' } } })
  t.strictSame(withOverride({ a: [1] }, 'a.b = false'), { a: { b: false } })
  t.equal(hoconText({ a: { b: ['x"y', { c: true }] }, d: [] }), 'a = {\n  b = [\n    "x\\"y",\n    {\n      c = true\n    }\n  ]\n}\nd = []\n')
})

test('the durability that is asked for holds for each Causeway without one of its own, whatever build it is', async t => within(async dir => {
  await makeCredentials(dir)
  const catalogue = { path: '', causewayVersion: '1', overrides: [], durability: 'spool' as const, programs: new Map<string, string>() }
  const settings = async (wish: string): Promise<readonly string[]> => (await targetOf(wish, catalogue).prepare(setup(dir))).settings
  for (const wish of ['causeway', 'causeway@/opt/other/main.js']) t.ok((await settings(wish)).includes('durability spool'), wish)
  t.ok((await settings('causeway:memory@/opt/other/main.js')).includes('durability memory'))
}))
