/** Each path of the OpenAPI document: who is not known gets no answer, what is malformed changes nothing, and what is right is answered as documented. */
import { test } from 'tap'
import { adminFor, httpText } from '../support/admin.ts'
import { subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

interface Operation {
  readonly method: string
  readonly path: string
  readonly hasBody: boolean
  readonly isOpen: boolean
}

const login = 'ada:lovelace'
const bridges = 'bridges.mqtt.north { enable = false, server = "mqtt-tcp://127.0.0.1:1", clientid = n, username = u, password = s3cret-of-north, forwards = [{ local_topic = "up/#", remote_topic = "" }] }'

async function operationsOf (ask: Awaited<ReturnType<typeof adminFor>>['ask']): Promise<Operation[]> {
  const { json } = await ask('/api/v1/openapi.json')
  const paths = json['paths'] as Record<string, Record<string, { requestBody?: object, security?: object[] }>>
  return Object.entries(paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, { requestBody, security }]) => ({
    method: method.toUpperCase(),
    path: path.replace(/\{\w+\}/g, 'north'),
    hasBody: requestBody !== undefined,
    isOpen: security?.length === 0
  })))
}

test('the document has every path, and each is closed to who is not known', async t => {
  const { ask, edge } = await adminFor(t, `${httpText}\n${bridges}`)
  const operations = await operationsOf(ask)
  for (const path of ['/healthz', '/readyz', '/api/v4', '/api/v4/brokers', '/api/v4/nodes', '/api/v4/clients', '/api/v4/subscriptions', '/api/v4/topic-tree', '/api/v4/configuration',
    '/api/v4/bridges', '/api/v4/bridges/north', '/api/v4/bridges/switch/north', '/api/v4/bridges/sub/north', '/api/v4/bridges/unsub/north', '/api/v4/mqtt/publish', '/api/v4/mqtt/publish_batch', '/api/v4/ctrl/stop', '/api/v1/trust', '/api/v1/events']) {
    t.ok(operations.some(operation => operation.path === path), path)
  }
  for (const { method, path, isOpen } of operations) {
    const { status, json, headers } = await ask(path, { method, by: 'http' })
    if (isOpen) t.equal(status, 200, `${method} ${path} is open`)
    else t.strictSame([status, json.code, headers['www-authenticate']], [401, 104, 'Basic realm="causeway"'], `${method} ${path} without credentials`)
  }
  t.equal(edge.addresses.length, 1, 'and nothing was stopped')
})

test('a malformed request is refused and changes nothing', async t => {
  const { ask, edge } = await adminFor(t, `${httpText}\n${bridges}`)
  const before = JSON.stringify([edge.counters, edge.config])
  const published: string[] = []
  edge.publish = async ({ topic }) => { published.push(topic) }
  for (const { method, path, hasBody } of await operationsOf(ask)) {
    if (!hasBody) continue
    t.strictSame((await ask(path, { method, login, body: '{"topic": ' })).json.code, 109, `${method} ${path}: no JSON`)
    t.strictSame((await ask(path, { method, login, body: { no_such_key: 1 } })).json.code, 108, `${method} ${path}: a wrong key`)
    t.equal((await ask(path, { method, login, body: 'payload=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } })).status, 415, `${method} ${path}: a form`)
  }
  const wrong = [
    { topic: 'a/#', payload: '' }, { topic: '', payload: '' }, { payload: '' }, { topic: '$SYS/brokers', payload: '' }, { topic: 'a', payload: 1 }, { topic: 'a', payload: '', qos: 3 },
    { topic: 'a', payload: '%%', encoding: 'base64' }, { topic: 'a', payload: '', properties: {} }, { topic: 'a\u0000', payload: '' }
  ]
  for (const body of wrong) t.equal((await ask('/api/v4/mqtt/publish', { method: 'POST', login, body })).status, 400, JSON.stringify(body))
  t.equal((await ask('/api/v4/mqtt/publish_batch', { method: 'POST', login, body: [{ topic: 'good', payload: '' }, { topic: 'bad/#', payload: '' }] })).status, 400, 'one bad message of a batch')
  t.strictSame(published, [])
  t.equal(JSON.stringify([edge.counters, edge.config]), before)
})

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
  t.match(await ask('/api/v4/bridges/south', { login }), { status: 404, json: { code: 115 } })
  for (const { method, path } of await operationsOf(ask)) {
    if (method !== 'GET' || path.endsWith('events')) continue
    t.notMatch((await ask(path, { login })).text, /s3cret-of|lovelace/, path)
  }
})

test('the way through the socket asks for no password, and stop stops', async t => {
  const { ask, stopped } = await adminFor(t, httpText)
  t.match(await ask('/api/v4/ctrl/stop', { method: 'POST' }), { status: 200, json: { code: 0 } })
  await stopped
})
