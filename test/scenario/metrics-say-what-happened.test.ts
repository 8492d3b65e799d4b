/** What is scraped agrees with what was done. */
import { once } from 'node:events'
import { test } from 'tap'
import { metrics } from '../../src/admin/metrics/metrics.ts'
import { adminFor } from '../support/admin.ts'
import { eventually } from '../support/eventually.ts'
import { connect, publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { samplesOf } from '../support/samples.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { testPki } from '../support/certificates.ts'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'

test('what is acknowledged, kept on disk and about to end is in the scrape', { skip: mosquittoMissing }, async t => {
  const pki = await testPki(t)
  const remote = await startMosquitto(t, { pki })
  const { ask, mqttPort, edge } = await adminFor(t, `bridges.mqtt.north {
    server = "tls+mqtt-tcp://localhost:${remote.tlsPort}", clientid = n, ssl { cacertfile = "${pki.caFile}" }, durability = spool, forwards = [{ local_topic = "up/#", remote_topic = "" }]
  }
  spool.dir = "${pki.dir}/spool"`)
  await eventually('the link is up', () => edge.bridges[0]?.state.name === 'up')
  const device = await RawClient.open(mqttPort, { clientId: 'd1' })
  t.teardown(() => device.destroy())
  device.send(...Array.from({ length: 10 }, (_, i) => publish('up/a', 'x', { qos: 1, id: i + 1 })))
  await eventually('all are with the remote', () => edge.bridges[0]?.counters.acknowledged === 10 && edge.bridges[0].queued === 0)
  const samples = samplesOf((await ask('/api/v4/prometheus')).text)
  t.equal(samples.get('causeway_bridge_sent_bytes_total{bridge="north",qos="1"}'), 10 * publish('up/a', 'x', { qos: 1 }).length)
  t.equal(samples.get('causeway_bridge_sent_bytes_total{bridge="north",qos="0"}'), 0)
  t.equal(samples.get('causeway_bridge_received_messages_total{bridge="north",qos="2"}'), 0)
  t.equal(samples.get('causeway_bridge_acknowledge_seconds_count{bridge="north"}'), 10)
  t.equal(samples.get('causeway_bridge_acknowledge_seconds_bucket{le="+Inf",bridge="north"}') ?? samples.get('causeway_bridge_acknowledge_seconds_bucket{bridge="north",le="+Inf"}'), 10)
  t.ok((samples.get('causeway_bridge_acknowledge_seconds_sum{bridge="north"}') ?? 0) > 0)
  t.ok((samples.get('causeway_spool_commit_seconds_count{bridge="north"}') ?? 0) > 0)
  t.ok((samples.get('causeway_spool_bytes{bridge="north"}') ?? 0) > 0)
  t.equal(samples.get('causeway_bridge_in_flight_messages{bridge="north"}'), 0)
  t.equal(samples.get('causeway_bridge_remote_receive_maximum{bridge="north"}'), 65_535)
  const ends = [...samples].filter(([name]) => name.startsWith('causeway_certificate_days_left{kind="bridge",name="north",certificate="CA",subject="CN=Test Root'))
  t.equal(ends.length, 1)
  t.ok((ends[0]?.[1] ?? 0) > 1)
  await edge.reload()
  const after = samplesOf((await ask('/api/v4/prometheus')).text)
  t.equal([...after].filter(([name]) => name.startsWith('causeway_reloads_total')).reduce((sum, [, value]) => sum + value, 0), 1)
  t.match((await ask('/api/v1/status')).json, { data: { bridges: [{ status: { inFlight: 0, diskBytes: Number, latency: { counts: Array } } }] } })
})

test('counters, states and causes are in the scrape', async t => {
  // a remote that hangs up at once
  const remote = createServer(socket => socket.destroy())
  remote.listen(0, '127.0.0.1')
  await once(remote, 'listening')
  t.teardown(() => remote.close())
  const { port } = remote.address() as { port: number }
  const { ask, mqttPort, edge } = await adminFor(t, `bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:${port}", clientid = n, forwards = [{ local_topic = "up/#", remote_topic = "" }] }`)
  const device = await RawClient.open(mqttPort, { clientId: 'd1' })
  t.teardown(() => device.destroy())
  const said = [connect({ clientId: 'd1' }), subscribe(1, ['up/#', 1]), publish('up/a', 'x'), publish('up/b', 'y', { qos: 1, id: 7 })]
  device.send(...said.slice(1))
  await device.next(4)
  await eventually('both come back', () => device.received.filter(({ type }) => type === 3).length === 2)
  await eventually('a failed attempt', () => (edge.bridges[0]?.counters.connectFailures ?? 0) > 0)
  const scraped = await ask('/api/v4/prometheus')
  t.match(scraped.headers['content-type'], /^text\/plain; version=0\.0\.4/)
  const samples = samplesOf(scraped.text)
  t.equal(samples.get('causeway_bridge_up{bridge="north"}'), 0)
  t.equal(samples.get('causeway_bridge_queued_messages{bridge="north"}'), 1)
  t.equal(samples.get('causeway_bridge_dropped_messages_total{bridge="north",reason="link_down"}'), 1)
  t.equal(samples.get('causeway_broker_connected_devices'), 1)
  t.equal(samples.get('causeway_broker_received_messages_qos1_total'), 1)
  const listener = (name: string, label = ''): number | undefined => samples.get(`causeway_listener_${name}{listener="tcp"${label}}`)
  t.equal(listener('devices'), 1)
  t.equal(listener('connections_total'), 1)
  t.equal(listener('received_messages_total', ',qos="0"'), 1)
  t.equal(listener('received_messages_total', ',qos="1"'), 1)
  t.equal(listener('sent_messages_total', ',qos="0"'), 1)
  t.equal(listener('sent_messages_total', ',qos="1"'), 1)
  t.equal(listener('received_bytes_total'), said.reduce((sum, { length }) => sum + length, 0))
  // CONNACK, SUBACK, PUBACK and the two messages
  t.equal(listener('sent_bytes_total'), 4 + 5 + 4 + publish('up/a', 'x').length + publish('up/b', 'y', { qos: 1 }).length)
  t.equal(listener('handshake_failures_total', ',reason="timeout"'), 0)
  const failures = [...samples].filter(([name]) => name.startsWith('causeway_bridge_failures_total{bridge="north",code="CW_'))
  t.ok(failures.some(([, value]) => value > 0), 'a cause by its code')
  for (const { name } of metrics) t.ok(scraped.text.includes(`# HELP ${name} `), name)
  t.match((await ask('/api/v4/metrics')).json, { metrics: [{ 'bridge name': 'north', 'uplink msg dropped': 1, 'sent messages': 0 }], connections: 1 })
})

test('what was asked of the authorization server is in the scrape', async t => {
  const server = createHttpServer((_, response) => response.writeHead(200).end())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.close())
  const { port } = server.address() as { port: number }
  const { ask, mqttPort, edge } = await adminFor(t, `auth { http_auth { auth_req { url = "http://127.0.0.1:${port}/auth", method = post } } }`)
  const device = await RawClient.open(mqttPort, { clientId: 'd1' })
  t.teardown(() => device.destroy())
  const asked = async (): Promise<number | undefined> => samplesOf((await ask('/api/v4/prometheus')).text).get('causeway_broker_http_auth_requests_total')
  t.equal(await asked(), 1)
  t.match(edge.counters.httpAuth, { asked: 1, allowed: 1, denied: 0, errors: 0 })
})
