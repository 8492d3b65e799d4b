/** Each figure that an operator asks for has a metric, and what it says is what was done. */
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { test } from 'tap'
import { metrics } from '../../src/admin/metrics/metrics.ts'
import { adminFor } from '../support/admin.ts'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { samplesOf } from '../support/samples.ts'
import { scriptedRemote, type } from '../support/scripted-remote.ts'
import { tlsRemote } from '../support/tls-remote.ts'

/** The question, and the metric with its labels that answers it. */
const questions: Readonly<Record<string, readonly (readonly [name: string, labels: readonly string[]])[]>> = {
  'messages and bytes by direction and QoS': ['sent_messages', 'sent_bytes', 'received_messages', 'received_bytes'].map(name => [`causeway_bridge_${name}_total`, ['bridge', 'qos']]),
  'in flight, queued in memory and on disk, the oldest': [...['in_flight_messages', 'queued_messages', 'queued_bytes', 'oldest_message_seconds'].map((name): [string, string[]] => [`causeway_bridge_${name}`, ['bridge']]), ['causeway_spool_bytes', ['bridge']]],
  'dropped by reason': [['causeway_bridge_dropped_messages_total', ['bridge', 'reason']]],
  'how long until acknowledged': [['causeway_bridge_acknowledge_seconds', ['bridge']]],
  'reconnects by cause': [['causeway_bridge_connects_total', ['bridge']], ['causeway_bridge_failures_total', ['bridge', 'code']]],
  'the state of a link': [['causeway_bridge_state', ['bridge', 'state']]],
  'pauses of the uplink': [['causeway_bridge_link_pauses_total', ['bridge']]],
  'limits of the remote': ['receive_maximum', 'maximum_packet_size_bytes', 'maximum_qos', 'retain_available'].map(name => [`causeway_bridge_remote_${name}`, ['bridge']]),
  'each listener': [['causeway_listener_devices', ['listener']], ['causeway_listener_received_messages_total', ['listener', 'qos']], ['causeway_listener_handshake_failures_total', ['listener', 'reason']]],
  'days left of each certificate': [['causeway_certificate_days_left', ['kind', 'name', 'certificate', 'subject', 'fingerprint']]],
  'generations, and how trial connections ended': [['causeway_trust_generation', ['kind', 'name']], ['causeway_trust_changes_total', ['kind', 'name', 'result']]],
  'reloads by outcome': [['causeway_reloads_total', ['outcome']]],
  'share of messages with takers here': [['causeway_broker_local_messages_total', []]],
  'delay of the event loop': [['causeway_event_loop_delay_seconds', ['statistic']], ['causeway_event_loop_stalls_total', []]],
  'time of a sync to disk': [['causeway_spool_commit_seconds', ['bridge']]]
}

test('there is a metric for each question, with the labels to ask by', async t => {
  for (const [question, answers] of Object.entries(questions)) {
    for (const [name, labels] of answers) t.same(metrics.find(metric => metric.name === name)?.labels, labels, `${question}: ${name}`)
  }
})

const noPromtool = spawnSync('promtool', ['--version']).error === undefined ? false : 'promtool, of Debian\'s package prometheus, is not installed'

test('Prometheus itself finds nothing wrong with what is scraped', { skip: noPromtool }, async t => {
  const { ask } = await adminFor(t, 'bridges.mqtt.north { enable = false, server = "mqtt-tcp://127.0.0.1:1", clientid = n }')
  const { text } = await ask('/api/v4/prometheus')
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  t.same([status, stdout + stderr], [0, ''])
})

test('limits, what waits and for how long, pauses, both directions, and takers here', async t => {
  const remote = await scriptedRemote(t)
  const { ask, mqttPort, edge } = await adminFor(t, `bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:${remote.port}", proto_ver = 5, clientid = n,
    forwards = [{ local_topic = "up/#", remote_topic = "" }], subscription = [{ remote_topic = "down/#", local_topic = "", qos = 1 }] }`)
  const scrape = async (): Promise<ReadonlyMap<string, number>> => samplesOf((await ask('/api/v4/prometheus')).text)
  t.notOk((await scrape()).has('causeway_bridge_remote_receive_maximum{bridge="north"}'), 'nothing is known before CONNACK')
  const link = await remote.connection()
  await link.next(type.CONNECT)
  // Receive Maximum 7, Maximum Packet Size 5000, Maximum QoS 1, Retain Available 0
  link.send([0x20, 15, 0, 0, 12, 0x21, 0, 7, 0x27, 0, 0, 0x13, 0x88, 0x24, 1, 0x25, 0])
  const asked = await link.next(type.SUBSCRIBE)
  link.send([0x90, 4, asked.readUInt8(2), asked.readUInt8(3), 0, 1])
  link.send([0x30, 9, 0, 6, ...Buffer.from('down/a'), 0], [0x32, 12, 0, 6, ...Buffer.from('down/a'), 0, 9, 0, 0x68])
  await eventually('both came', () => edge.bridges[0]?.counters.received === 2)

  const device = await RawClient.open(mqttPort, { clientId: 'd1' })
  t.teardown(() => device.destroy())
  device.send(subscribe(1, ['here/#', 0]))
  await device.granted()
  device.send(publish('up/a', 'waits', { qos: 1, id: 7 }), publish('here/a', 'x'), publish('nowhere', 'x'))
  await device.delivery()
  await link.next(type.PUBLISH)
  await eventually('it has waited', () => (edge.bridges[0]?.figures.oldestMs ?? 0) >= 20)
  const before = await scrape()
  const of = (name: string, more = ''): number | undefined => before.get(`causeway_bridge_${name}{bridge="north"${more}}`)
  t.same(['receive_maximum', 'maximum_packet_size_bytes', 'maximum_qos', 'retain_available'].map(name => of(`remote_${name}`)), [7, 5000, 1, 0])
  t.same([of('queued_messages'), of('in_flight_messages'), (of('queued_bytes') ?? 0) > 0, (of('oldest_message_seconds') ?? 0) >= 0.02], [1, 1, true, true])
  t.same(['0', '1', '2'].map(qos => of('received_messages_total', `,qos="${qos}"`)), [1, 1, 0])
  t.same(['0', '1'].map(qos => of('received_bytes_total', `,qos="${qos}"`)), [11, 14])
  t.same([of('up'), of('state', ',state="up"'), of('state', ',state="waiting"'), of('connects_total')], [1, 1, 0, 1])
  t.equal(of('link_pauses_total'), 0)
  t.equal(before.get('causeway_broker_local_messages_total'), 1, 'one of three had a taker here')

  link.socket.pause()
  const load = publish('up/a', 'x'.repeat(4000))
  for (let i = 0; i < 4000 && edge.bridges[0]?.counters.linkFull === 0; i++) {
    device.send(load)
    if (i % 100 === 99) await new Promise(resolve => setImmediate(resolve))
  }
  await eventually('the link has enough', () => (edge.bridges[0]?.counters.linkFull ?? 0) > 0)
  t.ok(((await scrape()).get('causeway_bridge_link_pauses_total{bridge="north"}') ?? 0) > 0)
  link.socket.destroy()
})

test('how trial connections ended, and what the loop was held up for', async t => {
  const [pki, stranger] = await Promise.all([testPki(t), testPki(t)])
  const remote = await tlsRemote(t, pki.server)
  const ca = await pki.write('trusted.pem', pki.root.certPem)
  const { ask, edge } = await adminFor(t, `bridges.mqtt.north { server = "tls+mqtt-tcp://localhost:${remote.port}", clientid = n, ssl { cacertfile = "${ca}" } }`)
  const scrape = async (): Promise<ReadonlyMap<string, number>> => samplesOf((await ask('/api/v4/prometheus')).text)
  const put = async (pem: string): Promise<void> => {
    await writeFile(ca, pem)
    await edge.checkTrust()
  }
  await eventually('the first ones serve', () => edge.trust[0]?.status.generation === 1)
  await put(stranger.root.certPem)
  const refused = await scrape()
  const of = (samples: ReadonlyMap<string, number>, name: string, more = ''): number | undefined => samples.get(`causeway_trust_${name}{kind="bridge",name="north"${more}}`)
  t.same([of(refused, 'generation'), of(refused, 'stage', ',stage="staged"'), of(refused, 'changes_total', ',result="refused"')], [1, 1, 1])
  await put(`${pki.root.certPem}${stranger.root.certPem}`)
  const proven = await scrape()
  t.same([of(proven, 'generation'), of(proven, 'stage', ',stage="settled"'), of(proven, 'changes_total', ',result="proven"')], [2, 1, 1])
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100)
  t.ok(((await scrape()).get('causeway_event_loop_delay_seconds{statistic="longest"}') ?? 0) >= 0.08)
})
