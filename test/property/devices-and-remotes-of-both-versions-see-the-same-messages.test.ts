/**
 * Random traffic of devices of 3.1.1 and 5.0 over two bridges, one to a remote of each version: both remotes get every message once, those
 * of one publisher and QoS in order, with its properties where devices and remote have them; and so do devices for what comes down.
 */
import { type MqttClient, connectAsync } from 'mqtt'
import { test } from 'tap'
import { startBridge } from '../../src/bridge/bridge.ts'
import { silentLogger } from '../../src/logger.ts'
import { type BridgeRelay, createRelay } from '../../src/relay/bridge-relay.ts'
import { bridgeConfig, downRule, rule } from '../support/bridge-rig.ts'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'

const MESSAGES = 60
const SEEDS = [4, 5]
const NONE = JSON.stringify(['', '', {}])

/** A small generator with a seed, so that a failure can be run again. */
function random (seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (state >> 8) % below
  }
}

interface Seen { readonly payload: string, readonly properties: string }

/** Sends numbered messages and keeps, by payload, what a receiver of MQTT 5 is to see of their properties. */
class Sender {
  readonly #sent = new Map<string, string>()
  readonly #flying: Promise<unknown>[] = []

  publish (client: MqttClient, { version, topic, payload, qos, dressed }: { readonly version: 4 | 5, readonly topic: string, readonly payload: string, readonly qos: 0 | 1 | 2, readonly dressed: boolean }): void {
    const properties = version === 5 && dressed
      ? { contentType: payload, correlationData: Buffer.from(payload), userProperties: { b: ['1', '2'], a: payload }, messageExpiryInterval: 100 }
      : null
    this.#sent.set(payload, properties === null ? NONE : JSON.stringify([payload, Buffer.from(payload).toString('hex'), properties.userProperties]))
    this.#flying.push(client.publishAsync(topic, payload, properties === null ? { qos } : { qos, properties }))
  }

  async settled (): Promise<void> {
    await Promise.all(this.#flying)
  }

  get payloads (): string[] { return [...this.#sent.keys()].sort() }
  propertiesOf (payload: string): string { return this.#sent.get(payload) ?? '' }
}

function watch (client: MqttClient): Seen[] {
  const seen: Seen[] = []
  client.on('message', (_topic, payload, packet) => {
    const { contentType, correlationData, userProperties } = packet.properties ?? {}
    seen.push({ payload: payload.toString(), properties: JSON.stringify([contentType ?? '', correlationData?.toString('hex') ?? '', { ...userProperties }]) })
  })
  return seen
}

const streamsInOrder = (seen: readonly Seen[]): boolean => {
  const last = new Map<string, number>()
  return seen.every(({ payload }) => {
    const [publisher = '', qos = '', serial = ''] = payload.split(' ')
    const before = last.get(publisher + qos) ?? -1
    last.set(publisher + qos, Number(serial))
    return Number(serial) > before
  })
}

for (const seed of SEEDS) {
  test(`seed ${seed}`, { skip: mosquittoMissing }, async t => {
    const below = random(seed)
    let relay: BridgeRelay | null = null
    const { broker, port } = await brokerFor(t, { relay: interest => (relay = createRelay({ interest, maxTopicLevels: 100 })) })
    const made = relay as BridgeRelay | null
    if (made === null) throw new Error('no relay')
    const clients: MqttClient[] = []
    t.teardown(async () => Promise.all(clients.map(async client => client.endAsync(true))))
    const join = async (at: number, protocolVersion: 4 | 5): Promise<MqttClient> => {
      const client = await connectAsync(`mqtt://127.0.0.1:${at}`, { protocolVersion, reconnectPeriod: 0 })
      clients.push(client)
      return client
    }
    const remotes = await Promise.all(([4, 5] as const).map(async protoVer => {
      const remote = await startMosquitto(t)
      const bridge = startBridge({
        config: bridgeConfig(remote.port, { name: `to-${protoVer}`, protoVer, forwards: [rule('site/#', '', { prefix: 'all/' })], subscription: [downRule(`down/${protoVer}/#`, `down/${protoVer}/#`)] }),
        relay: made,
        delivery: broker,
        trust: null,
        logger: silentLogger,
        stateDir: null
      })
      t.teardown(async () => bridge.stop())
      await eventually('the link is up', () => bridge.state.name === 'up')
      const client = await join(remote.port, 5)
      const seen = watch(client)
      await client.subscribeAsync('all/#', { qos: 2 })
      return { protoVer, client, seen }
    }))
    const devices = [await join(port, 5), await join(port, 4), await join(port, 5)]
    const heard = await Promise.all(devices.map(async device => {
      const seen = watch(device)
      await device.subscribeAsync('down/#', { qos: 2 })
      return seen
    }))
    const up = new Sender()
    const down = [new Sender(), new Sender()]
    for (let serial = 0; serial < MESSAGES; serial++) {
      const at = below(devices.length)
      const qos = below(3) as 0 | 1 | 2
      up.publish(devices[at] as MqttClient, { version: at === 1 ? 4 : 5, topic: ['site/one/long/topic', 'site/2', `site/3/${below(5)}`][below(3)] ?? '', payload: `${at} ${qos} ${serial}`, qos, dressed: below(3) > 0 })
      const which = below(2)
      const { client, protoVer } = remotes[which] as typeof remotes[number]
      const back = below(3) as 0 | 1 | 2
      down[which]?.publish(client, { version: 5, topic: `down/${protoVer}/${below(4)}`, payload: `r${which} ${back} ${serial}`, qos: back, dressed: below(3) > 0 })
    }
    await Promise.all([up, ...down].map(async sender => sender.settled()))
    await eventually('everybody has everything', () => remotes.every(({ seen }) => seen.length >= MESSAGES) && heard.every(seen => seen.length >= MESSAGES))
    for (const { protoVer, seen } of remotes) {
      t.same(seen.map(({ payload }) => payload).sort(), up.payloads, `remote of ${protoVer}: each once`)
      t.same(seen.filter(({ payload, properties }) => properties !== (protoVer === 5 ? up.propertiesOf(payload) : NONE)), [], `remote of ${protoVer}: properties`)
      t.ok(streamsInOrder(seen), `remote of ${protoVer}: in order`)
    }
    for (const [at, seen] of heard.entries()) {
      t.same(seen.map(({ payload }) => payload).sort(), down.flatMap(({ payloads }) => payloads).sort(), `device ${at}: each once`)
      const wrong = seen.filter(({ payload, properties }) => properties !== (at !== 1 && payload.startsWith('r1') ? down[1]?.propertiesOf(payload) : NONE))
      t.same(wrong, [], `device ${at}: properties of what came from the remote of MQTT 5`)
      t.ok(streamsInOrder(seen), `device ${at}: in order`)
    }
  })
}
