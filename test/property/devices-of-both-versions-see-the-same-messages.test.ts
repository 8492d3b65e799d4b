/**
 * Random traffic among devices of 3.1.1 and 5.0: every subscriber sees every message once, those of one publisher and QoS in
 * order, with its properties where its version has them.
 */
import { type IPublishPacket, type MqttClient, connectAsync } from 'mqtt'
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'

const MESSAGES = 60
const SEEDS = [1, 2, 3]

/** A small generator with a seed, so that a failure can be run again. */
function random (seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff
    return (state >> 8) % below
  }
}

interface Seen { readonly publisher: string, readonly qos: string, readonly serial: number, readonly properties: string }

function seenOf (payload: Buffer, packet: IPublishPacket): Seen {
  const [publisher = '', qos = '', serial = ''] = payload.toString().split(' ')
  const { contentType, correlationData, userProperties } = packet.properties ?? {}
  return { publisher, qos, serial: Number(serial), properties: JSON.stringify([contentType ?? '', correlationData?.toString('hex') ?? '', { ...userProperties }]) }
}

for (const seed of SEEDS) {
  test(`seed ${seed}`, async t => {
    const { port } = await brokerFor(t)
    const below = random(seed)
    const clients: MqttClient[] = []
    t.teardown(() => Promise.all(clients.map(client => client.endAsync(true))))
    const join = async (protocolVersion: 4 | 5, properties: object = {}): Promise<MqttClient> => {
      const client = await connectAsync(`mqtt://127.0.0.1:${port}`, { protocolVersion, reconnectPeriod: 0, ...(protocolVersion === 5 ? { properties } : {}) })
      clients.push(client)
      return client
    }
    const subscribers = [await join(4), await join(5), await join(5, { receiveMaximum: 1 + below(4), topicAliasMaximum: below(4) }), await join(4)]
    const seen = subscribers.map(() => [] as Seen[])
    for (const [at, subscriber] of subscribers.entries()) {
      subscriber.on('message', (_topic, payload, packet) => seen[at]?.push(seenOf(payload, packet)))
      await subscriber.subscribeAsync(['site/+/#', 'site/1/one/long/topic'], { qos: 2 }) // they overlap
    }
    const publishers = [await join(5), await join(4), await join(5)]
    const sent = new Map<string, string>()
    const flying: Promise<unknown>[] = []
    for (let serial = 0; serial < MESSAGES; serial++) {
      const at = below(publishers.length)
      const qos = below(3) as 0 | 1 | 2
      const topic = ['site/1/one/long/topic', 'site/2', `site/3/${below(5)}`][below(3)] ?? ''
      const properties = at === 1 || below(3) === 0
        ? {}
        : { contentType: `type ${serial}`, correlationData: Buffer.from([serial]), userProperties: { a: `${serial}`, b: ['x', 'y'] }, messageExpiryInterval: 100 }
      const payload = `${at} ${qos} ${serial}`
      sent.set(payload, seenOf(Buffer.from(payload), { cmd: 'publish', topic, payload, qos, dup: false, retain: false, properties }).properties)
      flying.push(publishers[at]?.publishAsync(topic, payload, at === 1 ? { qos } : { qos, properties }) ?? Promise.resolve())
    }
    await Promise.all(flying)
    await eventually('everybody has everything', () => seen.every(list => list.length >= MESSAGES))
    for (const [at, list] of seen.entries()) {
      t.same(list.map(({ publisher, qos, serial }) => `${publisher} ${qos} ${serial}`).sort(), [...sent.keys()].sort(), `subscriber ${at}: each once`)
      const isFive = at === 1 || at === 2
      const wrong = list.filter(({ publisher, qos, serial, properties }) => properties !== (isFive ? sent.get(`${publisher} ${qos} ${serial}`) : JSON.stringify(['', '', {}])))
      t.same(wrong, [], `subscriber ${at}: properties where there can be any`)
      for (const stream of ['0 1', '0 2', '1 1', '1 2', '2 1', '2 2']) {
        const serials = list.filter(({ publisher, qos }) => `${publisher} ${qos}` === stream).map(({ serial }) => serial)
        t.same(serials, [...serials].sort((one, other) => one - other), `subscriber ${at}: ${stream} in order`)
      }
    }
  })
}
