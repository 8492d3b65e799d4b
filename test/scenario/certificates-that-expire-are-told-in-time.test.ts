import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { startEdge } from '../../src/edge.ts'
import type { ExpiryEvent } from '../../src/trust/expiry-monitor.ts'
import { keepingLogger, type LogLine } from '../support/bridge-rig.ts'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

test('all that is in use is listed, told of while it is about to end, and no more when its file is renewed', { skip: mosquittoMissing }, async t => {
  const pki = await testPki(t)
  const devices = await testPki(t, { name: 'Devices' })
  const renewed = await testPki(t, { name: 'Renewed' })
  const remote = await startMosquitto(t, { pki })
  const dir = await mkdtemp(join(tmpdir(), 'causeway-expiry-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const clients = join(dir, 'clients.pem')
  await writeFile(clients, devices.root.certPem)
  // the leaves are made for 30 days, the authorities for 40
  await writeFile(join(dir, 'edge.conf'), `
trust.expiry_warn = [ 35d, 12h ]
listeners.ssl { bind = "127.0.0.1:0", certfile = "${pki.server.certFile}", keyfile = "${pki.server.keyFile}", cacertfile = "${clients}", verify_peer = true }
bridges.mqtt.north {
  server = "tls+mqtt-tcp://localhost:${remote.tlsPort}"
  clientid = "expiring"
  ssl { cacertfile = "${pki.caFile}", certfile = "${pki.client.certFile}", keyfile = "${pki.client.keyFile}" }
  forwards = [ { local_topic = "up/#", remote_topic = "" } ]
}`)
  const { config } = loadConfig({ file: join(dir, 'edge.conf'), cwd: dir, environment: {} })
  const log: LogLine[] = []
  const edge = await startEdge({ config, logger: keepingLogger(log), stateDir: null })
  t.teardown(async () => edge.close(500))
  const events: ExpiryEvent[] = []
  edge.onExpiry(event => events.push(event))
  await eventually('the link', () => edge.bridges[0]?.state.name === 'up')

  const listed = (owner: string): string[] => edge.certificates.filter(each => each.owner.name === owner).map(({ kind, subject, daysLeft }) => `${kind} ${subject.split(',')[0]} ${daysLeft}`).sort()
  t.same(listed('north'), ['CA CN=Test Root 39', 'client certificate CN=device 29', 'intermediate CN=Test Intermediate 39', 'remote certificate CN=Test Intermediate 39', 'remote certificate CN=localhost 29'])
  t.same(listed('ssl'), ['CA CN=Devices Root 39', 'intermediate CN=Test Intermediate 39', 'listener certificate CN=localhost 29'])
  t.match(log.filter(({ message }) => message.includes('expires soon')).map(({ message }) => message).sort(), [
    'client certificate CN=device of bridge north expires soon', /^listener certificate CN=localhost.* of listener ssl expires soon/
  ], 'what was there at the start; the remote is found at the next look')

  const over = devices.root.certPem + (await renewed.issueClient({ validity: 'expired', selfSigned: true })).certPem
  const put = async (content: string): Promise<void> => {
    await writeFile(`${clients}.new`, content)
    await rename(`${clients}.new`, clients)
    await edge.checkTrust()
  }
  await put(over)
  await eventually('the expired one is told of', () => events.some(({ kind, item }) => kind === 'expired' && item.kind === 'CA' && item.owner.name === 'ssl'))
  t.ok(events.some(({ kind, item }) => kind === 'expiring' && item.kind === 'remote certificate'), 'and the remote by now')
  await put(renewed.root.certPem)
  await eventually('and that it is mended', () => events.some(({ kind, item }) => kind === 'mended' && item.kind === 'CA'))
})
