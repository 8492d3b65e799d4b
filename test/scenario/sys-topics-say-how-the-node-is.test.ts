/** `$SYS` topics: who comes and goes, and retained how bridges, queues, trust and certificates are; nobody else may say so, and it stays here. */
import { once } from 'node:events'
import { createServer } from 'node:net'
import { connectAsync } from 'mqtt'
import { test } from 'tap'
import { adminFor } from '../support/admin.ts'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

type Heard = Map<string, Record<string, unknown>>

async function listener (t: { teardown (clean: () => unknown): void }, port: number): Promise<Heard> {
  const heard: Heard = new Map()
  const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0, clientId: 'watcher' })
  t.teardown(async () => client.endAsync(true))
  client.on('message', (topic, payload) => {
    if (!/^\$SYS\/(brokers|causeway)\//.test(topic)) return
    if (payload.length === 0) heard.delete(topic)
    else heard.set(topic, JSON.parse(payload.toString()) as Record<string, unknown>)
  })
  await client.subscribeAsync('$SYS/#')
  return heard
}

test('devices come and go, in the words of NanoMQ', async t => {
  const { mqttPort } = await adminFor(t)
  const heard = await listener(t, mqttPort)
  const device = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 0, clientId: 'a/+b', username: 'ada', keepalive: 17 })
  const topic = '$SYS/brokers/client_status/a%2F%2Bb'
  await eventually('it is online', () => heard.get(topic)?.['status'] === 'online')
  t.match(heard.get(topic), { client_id: 'a/+b', username: 'ada', proto_name: 'MQTT', proto_ver: 4, keepalive: 17, return_code: 0, clean_start: true, IPv4: '127.0.0.1' })
  t.match(heard.get('$SYS/brokers/connected'), { client_id: 'a/+b' })
  await device.endAsync()
  await eventually('it is offline', () => heard.get(topic)?.['status'] === 'offline')
  t.match(heard.get('$SYS/brokers/disconnected'), { client_id: 'a/+b', reason_code: 0 })
  const late = await listener(t, mqttPort)
  t.equal(late.has(topic), false, 'nothing of it is kept')
})

test('a bridge, its queue, its trust and its certificates', { skip: mosquittoMissing }, async t => {
  const pki = await testPki(t)
  const remote = await startMosquitto(t, { pki })
  const observer = await remote.observe('#')
  const system = await remote.observe('$SYS/causeway/#')
  const { mqttPort, edge } = await adminFor(t, `bridges.mqtt.north {
    server = "tls+mqtt-tcp://localhost:${remote.tlsPort}", clientid = n1, backoff_max = 50ms, ssl { cacertfile = "${pki.caFile}" }, forwards = [{ local_topic = "#", remote_topic = "" }]
  }`)
  await eventually('the link is up', () => edge.bridges[0]?.state.name === 'up')
  const heard = await listener(t, mqttPort)
  const place = '$SYS/causeway/bridges/north'
  await eventually('all is said, retained', () => ['state', 'queue', 'trust', 'certificates'].every(what => heard.has(`${place}/${what}`)))
  t.match(heard.get(`${place}/state`), { state: 'up', sessionPresent: false })
  t.match(heard.get(`${place}/trust`), { generation: 1, stage: 'settled' })
  t.match(heard.get(`${place}/certificates`), { daysLeft: Number, certificates: [{ kind: 'remote certificate' }] })
  await eventually('it is online as NanoMQ says it', () => heard.get('$SYS/brokers/client_status/n1')?.['status'] === 'online')
  await remote.stop()
  await eventually('the link is down', () => heard.get(`${place}/state`)?.['state'] === 'waiting')
  t.match(heard.get(`${place}/state`), { reason: { code: /^CW_/, hint: String } })
  await eventually('it is offline as NanoMQ says it', () => heard.get('$SYS/brokers/client_status/n1')?.['status'] === 'offline')
  t.match(heard.get('$SYS/brokers/client_status/n1'), { bridge: 'north', reason_code: 128 })
  t.strictSame([...observer.messages, ...system.messages].filter(({ topic }) => topic.startsWith('$SYS/')), [], 'nothing of it crosses the bridge')
})

test('nobody else says such things, and nothing of it is kept over a restart', async t => {
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.teardown(() => silent.close())
  const { port } = silent.address() as { port: number }
  const pki = await testPki(t)
  const stored = `persistence { dir = "${pki.dir}/state" }`
  const first = await adminFor(t, `${stored}\nbridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:${port}", clientid = n, forwards = [{ local_topic = "up/#", remote_topic = "" }] }`)
  const heard = await listener(t, first.mqttPort)
  await eventually('the bridge is told of', () => heard.has('$SYS/causeway/bridges/north/queue'))
  const liar = await connectAsync(`mqtt://127.0.0.1:${first.mqttPort}`, { reconnectPeriod: 0 })
  liar.publish('$SYS/causeway/bridges/north/state', '{"state":"fine"}', { retain: true })
  await new Promise<void>(resolve => liar.once('close', () => resolve()))
  t.not(heard.get('$SYS/causeway/bridges/north/state')?.['state'], 'fine')
  await first.admin.close()
  await first.edge.close(0)
  const second = await adminFor(t, stored)
  const after = await listener(t, second.mqttPort)
  const pinged = await connectAsync(`mqtt://127.0.0.1:${second.mqttPort}`, { reconnectPeriod: 0, clientId: 'last' })
  t.teardown(async () => pinged.endAsync(true))
  await eventually('what is new is told', () => after.has('$SYS/brokers/client_status/last'))
  t.strictSame([...after.keys()].filter(topic => topic.startsWith('$SYS/causeway/')), [])
})
