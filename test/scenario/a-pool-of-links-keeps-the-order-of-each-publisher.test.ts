import { setTimeout as sleep } from 'node:timers/promises'
import { test, type Test } from 'tap'
import type { MqttClient } from 'mqtt'
import { testPki } from '../support/certificates.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, type Received, startMosquitto } from '../support/mosquitto.ts'
import { listenerText, reloadSite } from '../support/reload-site.ts'
import { SteadyDevice } from '../support/steady-device.ts'
import { tcpProxy } from '../support/tcp-proxy.ts'

const LINKS = 3
const CUTS = 4

for (const protoVer of [4, 5] as const) {
  test(`${LINKS} links over TLS with MQTT ${protoVer === 4 ? '3.1.1' : '5'}, of which one is cut again and again: nothing is lost, each device is heard in order, what comes down comes once`, { skip: mosquittoMissing }, async t => {
    const pki = await testPki(t)
    // with more under way than it may have mosquitto 2.0.11 hands messages on out of order
    const remote = await startMosquitto(t, { pki, config: ['max_inflight_messages 0'] })
    const observer = await remote.observe('up/#')
    const sender = await remote.observe(null)
    const proxy = await tcpProxy(t, remote.tlsPort)
    const site = await reloadSite(t, `${listenerText}
bridges.mqtt.north {
  server = "tls+mqtt-tcp://localhost:${proxy.port}"
  proto_ver = ${protoVer}
  clientid = north
  links = ${LINKS}
  clean_start = false
  backoff_max = 50ms
  ssl { cacertfile = "${pki.caFile}" }
  forwards = [ { local_topic = "up/#", remote_topic = "" } ]
  subscription = [ { remote_topic = "down/#", local_topic = "", qos = 2 } ]
}`)
    const bridge = site.bridge('north')
    await site.isUp('north')
    t.same(bridge.figures.links, { all: LINKS, up: LINKS })
    await eventually('the subscription', () => remote.log.some(line => line.includes('Sending SUBACK to north')))
    await eventually('each link has its name', () => ['north', 'north-2', 'north-3'].every(id => remote.log.some(line => line.includes(` as ${id} (`))))
    t.equal(remote.log.filter(line => line.includes('Received SUBSCRIBE from north')).length, 1, 'one of them has the subscriptions')

    const { port = 0 } = site.edge.addresses[0] ?? {}
    const devices = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, i) => new SteadyDevice(port, name, i % 2 === 0 ? 1 : 2))
    const plain = await site.device({ clientId: 'plain' })
    const listener = await site.device({ clientId: 'listener', clean: false })
    const down: string[] = []
    listener.on('message', (_topic, payload) => down.push(payload.toString()))
    await listener.subscribeAsync('down/#', { qos: 2 })

    const over = new AbortController()
    const loads = [each(over.signal, async n => publishDown(sender.client, n)), each(over.signal, async n => plain.publishAsync('up/plain', `${n}`))]
    for (let i = 0; i < CUTS; i++) {
      await sleep(120)
      proxy.cutOne(i % LINKS)
      await eventually('it is noticed', () => bridge.counters.disconnects === i + 1)
      await site.isUp('north')
    }
    over.abort()
    const [sentDown = 0] = await Promise.all(loads)
    await Promise.all(devices.map(async device => device.finish()))
    await eventually('all is with the remote', () => bridge.queued === 0, 10_000)

    for (const { name, qos, acknowledged } of devices) {
      const sent = Math.max(...acknowledged) + 1
      await eventually(`all of ${name} has arrived`, () => new Set(numbersOf(name, observer.messages)).size === sent, 10_000)
      inOrder(t, name, numbersOf(name, observer.messages), qos === 2)
    }
    inOrder(t, 'plain', numbersOf('plain', observer.messages), true)
    await eventually('all has come down', () => down.length >= sentDown, 10_000)
    t.same(down, Array.from({ length: sentDown }, (_, i) => `${i}`), 'down: exactly once, in order')
  })
}

/** Calls one after the other; answers how many. */
async function each (signal: AbortSignal, call: (n: number) => Promise<unknown>): Promise<number> {
  let n = 0
  for (; !signal.aborted; n++) {
    await call(n)
    await sleep(1)
  }
  return n
}

async function publishDown (client: MqttClient, n: number): Promise<unknown> {
  return client.publishAsync('down/x', `${n}`, { qos: 2 })
}

function numbersOf (name: string, messages: readonly Received[]): number[] {
  return messages.filter(({ topic }) => topic === `up/${name}`).map(({ payload }) => Number(payload))
}

function inOrder (t: Test, name: string, numbers: readonly number[], once: boolean): void {
  const first = [...new Set(numbers)]
  t.ok(first.length > 0, `${name} was heard`)
  t.same(first, first.toSorted((a, b) => a - b), `${name}: in order`)
  if (once) t.equal(numbers.length, first.length, `${name}: each once`)
}
