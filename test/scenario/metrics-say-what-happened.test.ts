/** What is scraped agrees with what was done. */
import { once } from 'node:events'
import { test } from 'tap'
import { metrics } from '../../src/admin/metrics/metrics.ts'
import { adminFor } from '../support/admin.ts'
import { eventually } from '../support/eventually.ts'
import { publish } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { createServer } from 'node:net'

function samplesOf (text: string): Map<string, number> {
  return new Map(text.split('\n').filter(line => line !== '' && !line.startsWith('#')).map(line => {
    const cut = line.lastIndexOf(' ')
    return [line.slice(0, cut), Number(line.slice(cut + 1))] as const
  }))
}

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
  device.send(publish('up/a', 'x'), publish('up/b', 'y', { qos: 1, id: 7 }))
  await device.next(4)
  await eventually('a failed attempt', () => (edge.bridges[0]?.counters.connectFailures ?? 0) > 0)
  const scraped = await ask('/api/v4/prometheus')
  t.match(scraped.headers['content-type'], /^text\/plain; version=0\.0\.4/)
  const samples = samplesOf(scraped.text)
  t.equal(samples.get('causeway_bridge_up{bridge="north"}'), 0)
  t.equal(samples.get('causeway_bridge_queued_messages{bridge="north"}'), 1)
  t.equal(samples.get('causeway_bridge_dropped_messages_total{bridge="north",reason="link_down"}'), 1)
  t.equal(samples.get('causeway_broker_connected_devices'), 1)
  t.equal(samples.get('causeway_broker_received_messages_qos1_total'), 1)
  t.equal(samples.get('causeway_listener_devices{listener="tcp"}'), 1)
  const failures = [...samples].filter(([name]) => name.startsWith('causeway_bridge_failures_total{bridge="north",code="CW_'))
  t.ok(failures.some(([, value]) => value > 0), 'a cause by its code')
  for (const { name } of metrics) t.ok(scraped.text.includes(`# HELP ${name} `), name)
  t.match((await ask('/api/v4/metrics')).json, { metrics: [{ 'bridge name': 'north', 'uplink msg dropped': 1, 'sent messages': 0 }], connections: 1 })
})
