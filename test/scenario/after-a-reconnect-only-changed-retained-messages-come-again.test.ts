/** Retained messages over a reconnect, up and down, where the remote keeps a session for the bridge and where it keeps none. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { test } from 'tap'
import { loadConfig } from '../../src/config/load.ts'
import { startEdge } from '../../src/edge.ts'
import { silentLogger } from '../../src/logger.ts'
import { bridgeConfig, downRule, rig, type Rig } from '../support/bridge-rig.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto, type Mosquitto, type Received } from '../support/mosquitto.ts'
import { tcpProxy, type TcpProxy } from '../support/tcp-proxy.ts'

const shown = ({ topic, payload, retain }: Pick<Received, 'topic' | 'payload' | 'retain'>): string => `${topic}=${payload.toString()}${retain ? ' retained' : ''}`

const said = ({ log }: Mosquitto, what: string): number => log.filter(line => line.includes(`${what} bridge-under-test`)).length
const granted = (remote: Mosquitto): number => said(remote, 'Sending SUBACK to')

interface Site {
  readonly north: Rig
  readonly way: TcpProxy
  readonly remote: Mosquitto
  readonly keepsSession: boolean
}

/** Cuts the link, lets something happen, and waits until it is up again and has its subscription. */
async function whileAway ({ north, way, remote, keepsSession }: Site, what: () => Promise<void>): Promise<void> {
  await eventually('all is acknowledged', () => north.bridge.queued === 0 && said(remote, 'Sending PUBLISH to') <= said(remote, 'Received PUBACK from'))
  const before = granted(remote)
  way.cut(true)
  await north.reaches('waiting')
  await what()
  way.accept()
  await north.reaches('up')
  if (!keepsSession) await eventually('it has subscribed', () => granted(remote) > before)
}

for (const protoVer of [4, 5] as const) {
  for (const keepsSession of [true, false]) {
    const name = `MQTT ${protoVer === 4 ? '3.1.1' : '5'}, ${keepsSession ? 'with a session' : 'without a session'}`
    const settings = { protoVer, cleanStart: !keepsSession, subscription: [downRule('cmd/#', '', { retainAsPublished: true })] }

    test(`down: ${name}`, { skip: mosquittoMissing }, async t => {
      const remote = await startMosquitto(t)
      const way = await tcpProxy(t, remote.port)
      const { client } = await remote.observe(null)
      const retained = async (topic: string, payload: string): Promise<void> => { await client.publishAsync(topic, payload, { qos: 1, retain: true }) }
      const north = rig(t, bridgeConfig(way.port, settings))
      const landed = async (marker: string): Promise<string[]> => {
        await client.publishAsync('cmd/marker', marker, { qos: 1 })
        await eventually('the marker has come', () => north.landed.some(({ payload }) => payload.toString() === marker))
        return north.landed.splice(0).map(shown).sort()
      }
      for (const [topic, payload] of [['cmd/a', '1'], ['cmd/b', '1'], ['cmd/c', '1']] as const) await retained(topic, payload)
      await eventually('it has subscribed', () => granted(remote) === 1)
      t.same(await landed('first'), ['cmd/a=1 retained', 'cmd/b=1 retained', 'cmd/c=1 retained', 'cmd/marker=first'])
      await whileAway({ north, way, remote, keepsSession }, async () => {})
      t.same(await landed('nothing has changed'), ['cmd/marker=nothing has changed'])
      await retained('cmd/a', '1')
      t.same(await landed('published anew'), ['cmd/a=1 retained', 'cmd/marker=published anew'], 'the same once more, by a publisher, is a message')
      await whileAway({ north, way, remote, keepsSession }, async () => {
        await retained('cmd/a', '2')
        await retained('cmd/b', '')
      })
      const gone = keepsSession ? ['cmd/b= retained'] : [] // nobody tells who has no session
      t.same(await landed('two have changed'), ['cmd/a=2 retained', ...gone, 'cmd/marker=two have changed'].sort())
      t.equal(north.bridge.counters.receivedUnchanged, keepsSession ? 0 : 3 + 1)
    })

    test(`up: ${name}`, { skip: mosquittoMissing }, async t => {
      const remote = await startMosquitto(t)
      const way = await tcpProxy(t, remote.port)
      const observer = await remote.observe('up/#')
      const north = rig(t, bridgeConfig(way.port, settings))
      const retained = (topic: string, payload: string): boolean => north.offer({ topic, payload, qos: 1, retain: true })
      await north.reaches('up')
      for (const topic of ['up/a', 'up/b', 'up/c']) retained(topic, '1')
      await observer.received(3)
      await whileAway({ north, way, remote, keepsSession }, async () => {})
      retained('up/marker', '1')
      t.same((await observer.received(4)).slice(3).map(shown), ['up/marker=1'], 'nothing has changed')
      await whileAway({ north, way, remote, keepsSession }, async () => {
        retained('up/a', '2')
        retained('up/b', '')
      })
      retained('up/marker', '2')
      t.same((await observer.received(7)).slice(4).map(shown), ['up/a=2', 'up/b=', 'up/marker=2'])
      const late = await remote.observe('up/#')
      await late.received(3)
      t.same(late.messages.map(shown).sort(), ['up/a=2 retained', 'up/c=1 retained', 'up/marker=2 retained'], 'what was deleted is gone')
    })
  }
}

test('a delete crosses both ways, from broker to broker', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const dir = t.testdir()
  const file = join(dir, 'nanomq.conf')
  await writeFile(file, `listeners.tcp { bind = "127.0.0.1:0" }
bridges.mqtt.north { server = "mqtt-tcp://127.0.0.1:${remote.port}", clientid = north, clean_start = false
  forwards = [{ local_topic = "up/#", remote_topic = "" }], subscription = [{ remote_topic = "cmd/#", local_topic = "", qos = 1 }] }`)
  const { config } = loadConfig({ file, cwd: dir, environment: {} })
  const edge = await startEdge({ config, logger: silentLogger, stateDir: null })
  t.teardown(async () => edge.close(0))
  const here = await connectAsync(`mqtt://127.0.0.1:${edge.addresses[0]?.port}`, { reconnectPeriod: 0 })
  t.teardown(async () => here.endAsync(true))
  const came: string[] = []
  here.on('message', (topic, payload) => came.push(`${topic}=${payload.toString()}`))
  await here.subscribeAsync('cmd/#')
  const there = await remote.observe('up/#')
  await eventually('it is subscribed', () => remote.log.some(line => line.includes('Sending SUBACK to north')))
  for (const payload of ['1', '']) {
    await here.publishAsync('up/a', payload, { qos: 1, retain: true })
    await there.client.publishAsync('cmd/a', payload, { qos: 1, retain: true })
  }
  await there.received(2)
  await eventually('both are here', () => came.length === 2)
  t.same([there.messages.map(shown), came], [['up/a=1', 'up/a='], ['cmd/a=1', 'cmd/a=']])
  const lateThere = await remote.observe('up/#')
  await lateThere.client.publishAsync('up/last', '', { qos: 1 })
  await lateThere.received(1)
  t.same(lateThere.messages.map(shown), ['up/last='])
  const lateHere: string[] = []
  here.on('message', (topic, _payload, { retain }) => { if (retain) lateHere.push(topic) })
  await here.unsubscribeAsync('cmd/#')
  await here.subscribeAsync('cmd/#')
  await there.client.publishAsync('cmd/last', 'x', { qos: 1 })
  await eventually('the last is here', () => came.includes('cmd/last=x'))
  t.same(lateHere, [])
})
