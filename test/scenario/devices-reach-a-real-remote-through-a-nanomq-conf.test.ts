/** The whole edge, started by its command on a file written for NanoMQ: device to mosquitto and back, over verified TLS. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { connectAsync } from 'mqtt'
import { type Test, test } from 'tap'
import { testPki } from '../support/certificates.ts'
import { Command } from '../support/command.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

const pub = promisify(execFile)

async function siteConf (t: Test, tlsPort: number, caFile: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-site-'))
  t.teardown(() => rm(dir, { recursive: true, force: true }))
  const file = join(dir, 'nanomq.conf')
  await writeFile(file, `
# NanoMQ configuration of site 17
mqtt { property_size = 32, max_packet_size = 10MB, max_mqueue_len = 2048, retry_interval = 10s, keepalive_multiplier = 1.25 }
listeners.tcp { bind = "127.0.0.1:0" }
bridges.mqtt.cloud {
  server = "tls+mqtt-tcp://localhost:${tlsPort}"
  proto_ver = 4
  clientid = "site-17"
  keepalive = 60s
  clean_start = false
  ssl { cacertfile = "${caFile}" }
  forwards = [
    { remote_topic = "fleet/17/up", local_topic = "plant/line1/temp", qos = 1 }
    { remote_topic = "", local_topic = "raw/#" }
  ]
  subscription = [ { remote_topic = "fleet/17/cmd/#" local_topic = "cmd/#", qos = 2 } ]
  max_parallel_processes = 2
  max_send_queue_len = 32
}
`)
  return file
}

test('topic, payload, QoS and retain arrive as they were sent, up and down', { skip: mosquittoMissing }, async t => {
  const pki = await testPki(t)
  const remote = await startMosquitto(t, { pki })
  const observer = await remote.observe('#')
  const command = new Command(t, ['start', '--conf', await siteConf(t, remote.tlsPort, pki.caFile)])
  await command.prints(/"bridge":"cloud".*"msg":"link is up/)
  await command.prints(/"msg":"ready"/)
  const ready = command.log.find(({ msg }) => msg === 'ready') as { listeners: { port: number }[] } | undefined
  const port = String(ready?.listeners[0]?.port)

  const bytes = join(await mkdtemp(join(tmpdir(), 'payload-')), 'bytes')
  await writeFile(bytes, Buffer.from([0, 1, 255, 254, 10, 13]))
  for (const qos of ['0', '1', '2']) await pub('mosquitto_pub', ['-h', '127.0.0.1', '-p', port, '-q', qos, '-t', `raw/${qos}`, '-f', bytes])
  await pub('mosquitto_pub', ['-h', '127.0.0.1', '-p', port, '-q', '1', '-r', '-t', 'raw/kept', '-m', 'r'])
  await pub('mosquitto_pub', ['-h', '127.0.0.1', '-p', port, '-q', '0', '-t', 'plant/line1/temp', '-m', '21.5'])
  await pub('mosquitto_pub', ['-h', '127.0.0.1', '-p', port, '-q', '1', '-t', 'private/x', '-m', 'stays here'])
  const seen = (await observer.received(5)).map(({ topic, payload, qos }) => `${topic} ${qos} ${payload.toString('hex')}`).sort()
  t.strictSame(seen, [
    `fleet/17/up 1 ${Buffer.from('21.5').toString('hex')}`,
    'raw/0 0 0001fffe0a0d',
    'raw/1 1 0001fffe0a0d',
    'raw/2 2 0001fffe0a0d',
    'raw/kept 1 72'
  ])
  const late = await remote.observe('raw/kept')
  t.equal((await late.received(1))[0]?.retain, true)

  const device = await connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 })
  await device.subscribeAsync('cmd/#', { qos: 2 })
  const commands: string[] = []
  const three = new Promise<void>(resolve => {
    device.on('message', (topic, payload, { qos }) => { if (commands.push(`${topic} ${qos} ${payload.toString()}`) === 3) resolve() })
  })
  for (const qos of [0, 1, 2] as const) await observer.client.publishAsync(`fleet/17/cmd/${qos}`, 'go', { qos })
  await three
  t.strictSame(commands.sort(), ['cmd/0 0 go', 'cmd/1 1 go', 'cmd/2 2 go'])
  await device.endAsync()
  command.signal('SIGTERM')
  t.equal(await command.exited, 0)
})
