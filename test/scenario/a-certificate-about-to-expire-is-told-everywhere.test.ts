/** Log, `$SYS` topic, metric and a signed request: once for each threshold, again after a restart, and when it is mended. */
import { createHmac } from 'node:crypto'
import { test } from 'tap'
import { connectAsync } from 'mqtt'
import { Alerts } from '../../src/notify/alerts.ts'
import { adminFor, type AdminRig } from '../support/admin.ts'
import { keepingLogger, type LogLine } from '../support/bridge-rig.ts'
import { testPki } from '../support/certificates.ts'
import { configOf } from '../support/config-text.ts'
import { eventually } from '../support/eventually.ts'
import { issue } from '../support/issued.ts'
import { startReceiver } from '../support/receiver.ts'

const SECRET = 'sixteen letters!'
const TOPIC = '$SYS/causeway/listeners/ssl/certificates'

test('a listener certificate: at 30 days, at 12, and no more when it is renewed; after a restart again', async t => {
  const pki = await testPki(t)
  const root = issue({ cn: 'Root', ca: true })
  const leaf = (days: number): string => issue({ cn: 'edge', key: 'edge key', names: ['localhost'], by: root, days: [-1, days] }).sent
  const certificate = await pki.write('edge.pem', leaf(12.5))
  const key = await pki.write('edge.key', issue({ cn: 'edge', key: 'edge key' }).key.export({ type: 'pkcs8', format: 'pem' }))
  const text = `trust.expiry_warn = [30d, 12d]
listeners.tcp { bind = "127.0.0.1:0" }
listeners.ssl { bind = "127.0.0.1:0", certfile = "${certificate}", keyfile = "${key}" }`
  const receiver = await startReceiver(t)
  receiver.answer = 503
  const { alerts: config } = configOf(`alerts { site = hut-7, url = "http://127.0.0.1:${receiver.port}", secret = "${SECRET}" }`)
  const [log, alertLog]: [LogLine[], LogLine[]] = [[], []]
  const alertsOf = ({ edge }: AdminRig): Alerts => {
    const alerts = new Alerts({ source: edge, config, version: '1', logger: keepingLogger(alertLog), lookMs: 20 })
    t.teardown(async () => alerts.close(0))
    return alerts
  }
  const told = (): string[] => receiver.posts.flatMap(({ json }) => json['alerts'] as { status: string, message: string }[]).map(({ status, message }) => `${status} ${/in (\d+) days/.exec(message)?.[1] ?? ''}`)
  const metric = async ({ ask }: AdminRig): Promise<string | undefined> => /causeway_certificate_days_left\{kind="listener",name="ssl",certificate="listener certificate".*\} (-?\d+)/.exec((await ask('/api/v4/prometheus')).text)?.[1]
  const kept = async ({ mqttPort }: AdminRig): Promise<Record<string, unknown>> => {
    const client = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 0 })
    const first = new Promise<Record<string, unknown>>(resolve => client.once('message', (_topic, payload, { retain }) => resolve({ ...JSON.parse(payload.toString()) as object, retain })))
    await client.subscribeAsync(TOPIC)
    const answer = await first
    await client.endAsync(true)
    return answer
  }

  const first = await adminFor(t, text, keepingLogger(log))
  const alerts = alertsOf(first)
  await receiver.received(1)
  receiver.answer = 200
  t.same(told(), ['firing 12'])
  t.equal(await metric(first), '12')
  t.match(await kept(first), { daysLeft: 12, certificates: [{ kind: 'listener certificate', daysLeft: 12 }], retain: true })
  await receiver.received(2)
  const [refused, again] = receiver.posts
  t.equal(again?.body, refused?.body, 'the receiver failed: the same again')
  t.equal(again?.headers['x-causeway-signature'], `sha256=${createHmac('sha256', SECRET).update(`${String(again?.headers['x-causeway-timestamp'])}.${again?.body ?? ''}`).digest('hex')}`)
  t.match(again?.json, { site: 'hut-7', alerts: [{ kind: 'certificate_expiring', severity: 'warning', subject: { kind: 'listener', name: 'ssl' }, hint: /Replace .*edge\.pem/ }] })

  const { edge: held } = first
  await pki.write('edge.pem', leaf(11.5))
  await held.checkTrust()
  await eventually('the next threshold is told', () => told().length === 4)
  t.same(told(), ['firing 12', 'firing 12', 'firing 11', 'resolved 12'], 'another certificate is another alert, and each is told once')
  t.equal(await metric(first), '11')
  t.equal(alertLog.filter(({ message }) => message.startsWith('alert: ')).length, 2, 'and is logged once')
  t.match(log.filter(({ message }) => message.includes('expires soon')), [{ level: 'warn', listener: 'ssl', daysLeft: 12, hint: /edge\.pem/ }])

  await pki.write('edge.pem', leaf(100))
  await held.checkTrust()
  await eventually('its end is told', () => told().length === 5)
  t.match(told().at(-1), /^resolved/)
  t.same(alerts.firing, [])
  t.equal(await metric(first), '99')
  await eventually('it is logged', () => log.some(({ message }) => message.includes('is no longer about to expire')))
  t.match(await kept(first), { daysLeft: 99, retain: true })
  for (const { body } of receiver.posts) t.notMatch(body, /PRIVATE KEY|sixteen/, 'nothing secret is in it')

  await first.edge.close(0)
  await pki.write('edge.pem', leaf(11))
  const restarted = await adminFor(t, text, keepingLogger(log))
  alertsOf(restarted)
  await eventually('it is told again', () => told().length === 6)
  t.match(told().at(-1), /^firing/)
  t.same(log.filter(({ message }) => message.includes('expires soon')).map(({ daysLeft }) => daysLeft), [12, 11, 10], 'in the log as well')
})
