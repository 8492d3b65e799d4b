/** `webhook` and `alerts` change while the edge runs: a new receiver is told from then on, and of what holds; what waited for the old one goes out. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'tap'
import { adminFor, type AdminRig } from '../support/admin.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver } from '../support/receiver.ts'
import { RawClient } from '../support/raw-client.ts'

const listener = 'listeners.tcp.bind = "127.0.0.1:0"\n'
const down = 'bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:1", clientid = n, backoff_max = 100ms }\n'
const webhook = (port: number, more = ''): string => `webhook { url = "http://127.0.0.1:${port}/s3cret-of-url", events = [{ event = on_client_connack }] ${more} }\n`
const alerts = (port: number, more = ''): string => `alerts { bridge_down = 1s, url = "http://127.0.0.1:${port}", secret = "s3cret-of-sixteen", ${more} }\n`

async function reloadTo ({ dir, ask }: AdminRig, text: string): Promise<{ readonly kind: string, readonly changes?: readonly { readonly part: string, readonly what: string }[] }> {
  await writeFile(join(dir, 'edge.conf'), listener + text)
  const { status, json, text: said } = await ask('/api/v4/reload', { method: 'POST' })
  if (status !== 200) throw new Error(said)
  if (said.includes('s3cret')) throw new Error(`a secret is shown: ${said}`)
  return json.data as { kind: string } // as its schema says
}

test('the webhook tells another receiver from now on, what waited goes to the old one, and counters go on', async t => {
  const [first, second] = [await startReceiver(t), await startReceiver(t)]
  const rig = await adminFor(t, listener + webhook(first.port))
  const connect = async (clientId: string): Promise<void> => {
    const device = await RawClient.open(rig.mqttPort, { clientId })
    t.teardown(() => device.destroy())
  }
  await connect('d1')
  await first.received(1)
  t.match(await reloadTo(rig, webhook(second.port)), { kind: 'applied', changes: [{ part: 'webhook', what: 'from now on' }] })
  await connect('d2')
  await second.received(1)
  t.match([first, second].map(({ posts }) => posts.map(({ json }) => json['clientid'])), [['d1'], ['d2']])
  t.match((await rig.ask('/api/v4/prometheus')).text, 'causeway_notices_total{receiver="webhook",outcome="sent"} 2')
  t.match(await reloadTo(rig, ''), { kind: 'applied', changes: [{ part: 'webhook' }] })
  await connect('d3')
  t.notMatch((await rig.ask('/api/v4/prometheus')).text, 'receiver="webhook"')
  t.match(await reloadTo(rig, webhook(first.port)), { kind: 'applied' })
  await connect('d4')
  await first.received(2)
  t.match(first.posts[1]?.json, { clientid: 'd4' }, 'd3 came while nobody was to be told')
})

test('what waits for a receiver that is left goes there', async t => {
  const [slow, next] = [await startReceiver(t), await startReceiver(t)]
  slow.answer = 503
  const rig = await adminFor(t, listener + webhook(slow.port))
  const device = await RawClient.open(rig.mqttPort, { clientId: 'd1' })
  t.teardown(() => device.destroy())
  await slow.received(1)
  await reloadTo(rig, webhook(next.port))
  slow.answer = 200
  await eventually('it is tried again', () => slow.posts.length >= 2)
  t.match(slow.posts[1]?.json, { clientid: 'd1' })
  t.same(next.posts, [])
})

test('alerts: another receiver is told of what holds; other thresholds hold from now on; switched off, nothing holds', async t => {
  const [first, second] = [await startReceiver(t), await startReceiver(t)]
  const rig = await adminFor(t, listener + down + alerts(first.port))
  const told = ({ posts }: typeof first): unknown[] => posts.flatMap(({ json }) => (json['alerts'] as { id: string, status: string }[]).map(({ id, status }) => `${id} ${status}`))
  await eventually('it is told', () => told(first).length === 1)
  t.match(await reloadTo(rig, down + alerts(second.port, 'site = "hut 8"')), { changes: [{ part: 'alerts', what: 'from now on' }] })
  await eventually('the new one is told of what holds', () => told(second).length === 1)
  t.same(told(second), ['bridge_down:bridge:north firing'])
  t.match(second.posts[0], { json: { site: 'hut 8' }, headers: { 'x-causeway-signature': /^sha256=/ } })
  t.match(await reloadTo(rig, down + alerts(second.port, 'site = "hut 8"').replace('1s', '1h')), { kind: 'applied' })
  await eventually('it holds no more', () => told(second).length === 2)
  t.same(told(second)[1], 'bridge_down:bridge:north resolved')
  t.same(told(first), ['bridge_down:bridge:north firing'], 'and the first heard no more')
  t.match(await reloadTo(rig, `${down}alerts { enable = false }`), { kind: 'applied' })
  t.match((await rig.ask('/api/v1/alerts')).json, { data: [] })
})

test('what of http_server changes needs a restart: it is named, without its secrets, and nothing is applied', async t => {
  const http = (more: string): string => `http_server { port = 0, username = ada, ${more} }\n`
  const rig = await adminFor(t, listener + http('password = s3cret-one'))
  const { config } = rig.edge
  const refusals: readonly (readonly [string, readonly string[]])[] = [
    [http('password = s3cret-two'), ['http_server']],
    [http('password = s3cret-one, limit_conn = 7'), ['http_server.limit_conn']],
    [http('password = s3cret-one').replace('port = 0', 'port = 8081'), ['http_server.port']],
  ]
  for (const [text, keys] of refusals) {
    await writeFile(join(rig.dir, 'edge.conf'), `${listener}limits.max_connections = 5\n${text}`)
    const outcome = await rig.edge.reload()
    t.equal(outcome.kind, 'refused')
    t.same((outcome.kind === 'refused' ? outcome.keys : []).map(({ key }) => key).sort(), [...keys].sort(), text)
    t.notMatch(JSON.stringify(outcome), /s3cret/)
  }
  await writeFile(join(rig.dir, 'edge.conf'), listener)
  t.match(await rig.edge.reload(), { kind: 'refused' }, 'nor can it be taken away')
  t.equal(rig.edge.config, config)
  t.equal((await rig.ask('/api/v4/brokers', { login: 'ada:s3cret-one' })).status, 200)
})
