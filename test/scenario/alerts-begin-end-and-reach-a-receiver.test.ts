import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'tap'
import { runCli } from '../../src/cli/program.ts'
import { Alerts } from '../../src/notify/alerts.ts'
import { adminFor } from '../support/admin.ts'
import { type LogLine, keepingLogger } from '../support/bridge-rig.ts'
import { configOf } from '../support/config-text.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { startReceiver } from '../support/receiver.ts'

const bridge = (port: number): string => `bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:${port}", clientid = north, backoff_max = 100ms, max_send_queue_len = 10, forwards = [{ local_topic = "up/#", remote_topic = "" }] }`

test('a bridge that is down, a queue that fills, a reload that is refused: told when they begin and when they end', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  await remote.stop()
  const receiver = await startReceiver(t)
  const { edge, dir } = await adminFor(t, bridge(remote.port))
  const log: LogLine[] = []
  const { alerts: config } = configOf(`alerts { site = hut-7, bridge_down = 1s, queue_full = 50, url = "http://127.0.0.1:${receiver.port}", secret = "sixteen letters!" }`)
  const alerts = new Alerts({ source: edge, config, version: '1.2.3', logger: keepingLogger(log), lookMs: 20, stableMs: 100 })
  t.teardown(async () => alerts.close(0))
  const told = (): Record<string, unknown>[] => receiver.posts.flatMap(({ json }) => json['alerts'] as Record<string, unknown>[])
  const isTold = async (id: string, status: string): Promise<Record<string, unknown> | undefined> => {
    const find = (): Record<string, unknown> | undefined => told().find(each => each['id'] === id && each['status'] === status)
    await eventually(`${id} is ${status}`, () => find() !== undefined, 10_000)
    return find()
  }
  t.match(await isTold('bridge_down:bridge:north', 'firing'), { severity: 'critical', subject: { kind: 'bridge', name: 'north' }, code: 'CW_BRIDGE_UNREACHABLE', message: /north has not been up.*127\.0\.0\.1/, hint: /Check host/ })
  t.match(receiver.posts[0], { json: { site: 'hut-7', version: '1.2.3' }, headers: { 'x-causeway-signature': /^sha256=[0-9a-f]{64}$/ } })
  for (let i = 0; i < 6; i++) void edge.publish({ topic: `up/${i}`, payload: Buffer.from('x'), qos: 1, retain: false }, null).catch(() => {})
  t.match(await isTold('queue_full:bridge:north', 'firing'), { severity: 'warning', message: /60 % full: 6 messages/ })
  const good = bridge(remote.port) + '\nlisteners.tcp.bind = "127.0.0.1:0"\n'
  await writeFile(join(dir, 'edge.conf'), `${good}\nmqqt { }`)
  await edge.reload()
  t.match(await isTold('reload_refused:edge:configuration', 'firing'), { message: /mqqt: neither NanoMQ nor Causeway/ })
  t.same(alerts.firing.map(({ kind }) => kind), ['bridge_down', 'queue_full', 'reload_refused'])
  await writeFile(join(dir, 'edge.conf'), good)
  await edge.reload()
  await remote.start()
  await isTold('bridge_down:bridge:north', 'resolved')
  await isTold('queue_full:bridge:north', 'resolved')
  await isTold('reload_refused:edge:configuration', 'resolved')
  t.equal(told().length, 6, 'each of the three once when it began and once when it ended')
  t.same(alerts.firing, [])
  t.equal(log.filter(({ level, message }) => level === 'warn' && message.startsWith('alert:')).length, 3)
})

test('what holds is seen in status, by HTTP and among the metrics, with what became of notices', async t => {
  const receiver = await startReceiver(t)
  receiver.answer = 410
  const { ask, dir } = await adminFor(t, `alerts { bridge_down = 1s, url = "http://127.0.0.1:${receiver.port}" }\n${bridge(1)}`)
  const alerts = async (): Promise<object[]> => (await ask('/api/v1/alerts')).json.data as object[]
  t.same(await alerts(), [])
  await receiver.received(1)
  t.match(await alerts(), [{ id: 'bridge_down:bridge:north', severity: 'critical', hint: String }])
  const out = new PassThrough()
  await runCli(['status', '--socket', join(dir, 'control.sock')], { out, err: out, terminal: false, columns: 100, cwd: '/', environment: {}, stop: new AbortController().signal, onReload: () => {} })
  t.match(String(out.read()), /\nalerts\n {2}critical for \d+ s: bridge north has not been up[^]*what to do: /)
  const { text } = await ask('/api/v4/prometheus')
  t.match(text, 'causeway_alert_firing{alert="bridge_down",severity="critical",kind="bridge",name="north"} 1')
  t.match(text, 'causeway_notices_total{receiver="alerts",outcome="given_up"} 1')
})
