/** What is right is answered as documented; what is wrong: each-path-refuses-what-is-wrong-and-changes-nothing.test.ts. */
import { test } from 'tap'
import { adminFor, httpText } from '../support/admin.ts'
import { subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

const login = 'ada:lovelace'
const bridges = 'bridges.mqtt.north { enable = false, server = "mqtt-tcp://127.0.0.1:1", clientid = n, username = u, password = s3cret-of-north, forwards = [{ local_topic = "up/#", remote_topic = "", priority = high, durability = remote }, { local_topic = "x", remote_topic = "" }] }'

test('what a device does is seen, what is published arrives', async t => {
  const { ask, mqttPort } = await adminFor(t, `${httpText}\n${bridges}`)
  const device = await RawClient.open(mqttPort, { clientId: 'd1' })
  t.teardown(() => device.destroy())
  device.send(subscribe(1, ['a/+', 1]))
  t.same(await device.granted(), [1])
  const { json: clients } = await ask('/api/v4/clients?clientid=d1', { login })
  t.match(clients, { code: 0, data: [{ client_id: 'd1', conn_state: 'connected', proto_name: 'MQTT', proto_ver: 4, ip_address: '127.0.0.1', subscriptions: 1 }] })
  t.same((await ask('/api/v4/clients?clientid=d2', { login })).json.data, [])
  t.same((await ask('/api/v4/subscriptions', { login })).json.data, [{ clientid: 'd1', topic: 'a/+', qos: 1 }])
  t.same((await ask('/api/v4/topic-tree', { login })).json.data, [[{ topic: '', cld_cnt: 1 }], [{ topic: 'a', cld_cnt: 1 }], [{ topic: '+', cld_cnt: 0, clientid: ['d1'] }]])
  t.match((await ask('/api/v4/nodes', { login })).json, { code: 0, data: [{ connections: 1, node_status: 'Running' }] })
  t.match(await ask('/api/v4/mqtt/publish', { method: 'POST', login, body: { topics: 'a/b,a/c', payload: 'aGk=', encoding: 'base64' } }), { status: 200, json: { code: 0 } })
  t.match(await device.delivery(), { topic: 'a/b', payload: 'hi' })
  t.match(await device.delivery(), { topic: 'a/c', payload: 'hi' })
})

test('bridges and configuration are shown without secrets', async t => {
  const { ask } = await adminFor(t, `${httpText}\n${bridges}\nauth.password { eve = s3cret-of-eve }\nalerts { url = "http://127.0.0.1:1/s3cret-of-url", secret = s3cret-of-alerts, headers { X-Key = s3cret-of-headers } }`)
  const { json } = await ask('/api/v4/bridges/north', { login })
  t.match(json, { code: 0, data: { bridge: { nodes: [{ name: 'north', enable: false, connector: { server: 'mqtt-tcp://127.0.0.1:1', password: '******' }, status: { name: 'disabled', queued: 0 } }] } } })
  const { bridge: { nodes: [north] } } = json.data as { bridge: { nodes: { forwards: object }[] } }
  t.same(north?.forwards, [{ remote_topic: '', local_topic: 'up/#', priority: 'high', durability: 'remote' }, { remote_topic: '', local_topic: 'x' }])
  t.match(await ask('/api/v4/bridges/south', { login }), { status: 404, json: { code: 115 } })
  const paths = Object.keys((await ask('/api/v1/openapi.json')).json['paths'] as object).map(path => path.replace(/\{part\}/, 'bridge').replace(/\{\w+\}/, 'north'))
  for (const path of paths.filter(path => !path.endsWith('events'))) t.notMatch((await ask(path)).text, /s3cret-of|lovelace/, path)
})

test('the way through the socket asks for no password, and stop stops', async t => {
  const { ask, stopped } = await adminFor(t, httpText)
  t.match(await ask('/api/v4/ctrl/stop', { method: 'POST' }), { status: 200, json: { code: 0 } })
  await stopped
})
