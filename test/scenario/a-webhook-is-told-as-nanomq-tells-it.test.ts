/** NanoMQ's `webhook` section: devices and messages reach a real server, and one that is slow, refuses or is not verified costs nobody anything. */
import { createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { connectAsync, type MqttClient } from 'mqtt'
import { test } from 'tap'
import type { WebhookConfig } from '../../src/config/model.ts'
import { Webhook } from '../../src/notify/webhook.ts'
import { type AdminRig, adminFor } from '../support/admin.ts'
import { type LogLine, keepingLogger } from '../support/bridge-rig.ts'
import { testPki, type TestScope } from '../support/certificates.ts'
import { configOf } from '../support/config-text.ts'
import { eventually } from '../support/eventually.ts'
import { startReceiver } from '../support/receiver.ts'

const events = 'events = [ { event = on_message_publish, topic = "a/#" }, { event = on_message_publish, topic = "a/b" }, { event = on_client_connack }, { event = on_client_disconnected } ]'

interface Site {
  readonly rig: AdminRig
  readonly webhook: Webhook
  readonly log: readonly LogLine[]
  readonly device: (clientId: string) => Promise<MqttClient>
}

async function site (t: TestScope, text: string): Promise<Site> {
  const rig = await adminFor(t, 'auth { allow_anonymous = false, password { ada = lovelace } }')
  const config = configOf(`webhook { ${text} }`).webhook as WebhookConfig
  const log: LogLine[] = []
  const webhook = new Webhook(config, rig.edge, keepingLogger(log))
  t.teardown(async () => webhook.close(0))
  const device = async (clientId: string): Promise<MqttClient> => {
    const client = await connectAsync(`mqtt://127.0.0.1:${rig.mqttPort}`, { clientId, username: 'ada', password: 'lovelace', keepalive: 30, reconnectPeriod: 0 })
    t.teardown(async () => client.endAsync(true))
    return client
  }
  return { rig, webhook, log, device }
}

test('devices and messages, in NanoMQ\'s form', async t => {
  const receiver = await startReceiver(t)
  const { device, rig } = await site(t, `url = "http://127.0.0.1:${receiver.port}/hook?site=1", pool_size = 1, headers { X-Key = abc, content-type = "application/json" }, ${events}`)
  const client = await device('d1')
  await client.publishAsync('a/b', 'hello', { qos: 1, retain: true })
  await client.publishAsync('b', 'nobody is told', { qos: 1 })
  await t.rejects(connectAsync(`mqtt://127.0.0.1:${rig.mqttPort}`, { clientId: 'd2', username: 'ada', password: 'wrong', reconnectPeriod: 0 }))
  await client.endAsync()
  const posts = await receiver.received(4)
  t.match(posts.map(({ json }) => json), [
    { action: 'client_connack', proto_ver: 4, keepalive: 30, conn_ack: 'success', username: 'ada', clientid: 'd1', ts: Number },
    { action: 'message_publish', topic: 'a/b', retain: true, qos: 1, from_username: 'ada', from_client_id: 'd1', payload: 'hello', ts: Number },
    { action: 'client_connack', conn_ack: 'fail', clientid: 'd2' },
    { action: 'client_disconnected', reason: 'normal', username: 'ada', clientid: 'd1' }
  ])
  t.match(posts[0], { url: '/hook?site=1', headers: { 'x-key': 'abc', 'content-type': 'application/json', host: `127.0.0.1:${receiver.port}` } })
  t.equal(posts[0]?.headers['x-causeway-signature'], undefined, 'signed only where a secret is')
})

test('payloads as they are asked for, signed, many in one body', async t => {
  const receiver = await startReceiver(t)
  const secret = 'sixteen letters!'
  const { device } = await site(t, `url = "http://127.0.0.1:${receiver.port}", body.encoding = base64, batch = 10, pool_size = 1, secret = "${secret}", events = [ { event = on_message_publish } ]`)
  const client = await device('d1')
  await Promise.all(Array.from({ length: 20 }, async (_, i) => client.publishAsync(`x/${i}`, Buffer.from([255, i]), { qos: 1 })))
  const told = (): Record<string, unknown>[] => receiver.posts.flatMap(({ body }) => JSON.parse(body) as Record<string, unknown>[])
  await eventually('all are there', () => told().length === 20)
  t.ok(receiver.posts.length < 20, `${receiver.posts.length} requests`)
  t.match(told().find(({ topic }) => topic === 'x/7'), { payload: Buffer.from([255, 7]).toString('base64') })
  for (const { headers, body } of receiver.posts) {
    const expected = createHmac('sha256', secret).update(`${String(headers['x-causeway-timestamp'])}.${body}`).digest('hex')
    t.equal(headers['x-causeway-signature'], `sha256=${expected}`)
  }
})

test('by https only to who is proven, and not a byte to anybody else', async t => {
  const pki = await testPki(t)
  const stranger = await testPki(t)
  const receiver = await startReceiver(t, { cert: await readFile(pki.server.certFile), key: await readFile(pki.server.keyFile) })
  const text = (ca: string): string => `url = "https://127.0.0.1:${receiver.port}/", ssl { cacertfile = "${ca}" }, events = [ { event = on_client_connack } ]`
  const wrong = await site(t, text(stranger.caFile))
  await wrong.device('d1')
  await eventually('it is refused', () => wrong.log.some(({ message }) => message === 'webhook: a notice could not be delivered'))
  t.match(wrong.log.find(({ message }) => message.startsWith('webhook')), { reason: /127\.0\.0\.1/ })
  t.same(receiver.posts, [])
  const right = await site(t, text(pki.caFile))
  await right.device('d2')
  t.match((await receiver.received(1))[0]?.json, { clientid: 'd2' })
  const none = await site(t, text('/nowhere/ca.pem'))
  await none.device('d3')
  await eventually('a file that is missing is told', () => none.log.some(({ message, reason }) => message === 'webhook: a notice could not be delivered' && /nowhere\/ca\.pem/.test(String(reason))))
  t.equal(receiver.posts.length, 1)
})

test('a receiver that fails is tried again, one that refuses is not, and none makes a device wait', async t => {
  const receiver = await startReceiver(t)
  const { device, webhook, log } = await site(t, `url = "http://127.0.0.1:${receiver.port}", pool_size = 2, cancel_timeout = 300, max_queue = 5, events = [ { event = on_message_publish } ]`)
  receiver.answer = null
  const client = await device('d1')
  for (let i = 0; i < 20; i++) await client.publishAsync('x', String(i), { qos: 1 })
  t.equal(webhook.delivery.counters.droppedFull, 13, 'two are on their way, five wait')
  await eventually('it was tried', () => log.some(({ reason }) => /no answer within 300 ms/.test(String(reason))))
  receiver.answer = 200
  await eventually('what waited has come', () => webhook.delivery.counters.sent === 7, 10_000)
  t.match(log.map(({ message }) => message), ['webhook: the queue is full, a notice is dropped', 'webhook: a notice could not be delivered', 'webhook: the receiver takes notices again'])
  receiver.answer = 400
  await client.publishAsync('x', 'refused', { qos: 1 })
  await eventually('it is given up', () => webhook.delivery.counters.givenUp === 1)
})
