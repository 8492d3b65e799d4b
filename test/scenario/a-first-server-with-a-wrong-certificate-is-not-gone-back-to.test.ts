/** Failover over TLS, whole edge: two remotes with certificates of their own; the first is gone back to only when it is the right one again. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { test } from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { startEdge } from '../../src/edge.ts'
import { keepingLogger, type LogLine } from '../support/bridge-rig.ts'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

test('killed: to the second; back with a stranger\'s certificate: stays there and says so; back with its own: returns, nothing is lost', { skip: mosquittoMissing }, async t => {
  const [pki, stranger] = [await testPki(t), await testPki(t)]
  const byName = { first: await pki.issueServer({ commonName: 'first' }), second: await pki.issueServer({ commonName: 'second' }) }
  const right = { pki: { ...pki, server: byName.first } }
  const [first, second] = [await startMosquitto(t, right), await startMosquitto(t, { pki: { ...pki, server: byName.second } })]
  const dir = t.testdir()
  const file = join(dir, 'nanomq.conf')
  await writeFile(file, `listeners.tcp { bind = "127.0.0.1:0" }
bridges.mqtt.north {
  server = "tls+mqtt-tcp://127.0.0.1:${first.tlsPort}", hybrid_bridging = true, hybrid_servers = ["tls+mqtt-tcp://127.0.0.1:${second.tlsPort}"]
  clientid = north, clean_start = false, backoff_max = 50ms
  ssl { cacertfile = "${pki.caFile}" }
  forwards = [{ local_topic = "up/#", remote_topic = "" }], subscription = [{ remote_topic = "cmd/#", local_topic = "", qos = 1 }]
}`)
  const log: LogLine[] = []
  const { config } = loadConfig({ file, cwd: dir, environment: {} })
  const edge = await startEdge({ config, logger: keepingLogger(log), stateDir: null })
  t.teardown(async () => edge.close(0))
  const [north] = edge.bridges
  if (north === undefined) throw new Error('there is one')
  const device = await connectAsync(`mqtt://127.0.0.1:${edge.addresses[0]?.port}`, { reconnectPeriod: 0 })
  t.teardown(async () => device.endAsync(true))
  const commands: string[] = []
  device.on('message', (_topic, payload) => commands.push(payload.toString()))
  await device.subscribeAsync('cmd/#', { qos: 1 })

  const arrived = new Set<string>()
  let sent = 0
  const publish = async (count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await device.publishAsync(`up/q${sent % 2 + 1}`, String(sent++), { qos: sent % 2 === 0 ? 1 : 2 })
  }
  const watch = async (remote: typeof first): Promise<void> => {
    const { client } = await remote.observe('up/#')
    client.on('message', (_topic, payload) => arrived.add(payload.toString()))
  }
  const allIsThrough = async (): Promise<void> => eventually('all is through', () => arrived.size === sent)
  const serves = (remote: typeof first): boolean => north.state.name === 'up' && north.server.port === remote.tlsPort

  await watch(first)
  await watch(second)
  await eventually('the first serves', () => serves(first))
  await publish(10)
  await allIsThrough()
  await first.stop('SIGKILL')
  await publish(10)
  await eventually('the second serves', () => serves(second))
  await allIsThrough()

  const since = first.log.length
  await first.configure({ pki: { ...pki, server: stranger.server } })
  await first.start()
  // While it was down it may have been dialled and said to be unreachable: that is another warning.
  const said = (): LogLine | undefined => log.find(({ message, code }) => message.startsWith('link can not go back') && code === 'CW_TLS_UNKNOWN_CA')
  await eventually('it is said', () => said() !== undefined)
  const { connects, takeOvers } = north.counters
  t.match(said(), { level: 'warn', served: new RegExp(`:${second.tlsPort}$`), hint: /./ })
  const dials = (): number => first.log.slice(since).filter(line => line.includes('New connection from')).length
  const before = dials()
  await eventually('it is tried again and again', () => dials() >= before + 3)
  await publish(10)
  await allIsThrough()
  t.ok(serves(second))
  t.same([north.counters.connects, north.counters.takeOvers], [connects, takeOvers])
  t.notOk(first.log.slice(since).some(line => line.includes(' as north ')), 'no CONNECT was said to it')

  await first.stop()
  await first.configure(right)
  await first.start()
  await watch(first)
  await eventually('the first serves again', () => serves(first))
  await publish(10)
  await allIsThrough()
  t.same([north.counters.takeOvers, north.counters.disconnects], [takeOvers + 1, 1], 'without a break')
  const back = await first.observe(null)
  await back.client.publishAsync('cmd/do', 'back', { qos: 1 })
  await eventually('the command has come', () => commands.includes('back'))
})
