/** What MQTT 5 says of a message crosses the bridge both ways, in its order; seconds to expiry are counted down by the time it waited here. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Test, test } from 'tap'
import type { BridgeConfig } from '../../src/config/model.ts'
import { type Bridge, startBridge } from '../../src/bridge/bridge.ts'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import { silentLogger } from '../../src/logger.ts'
import { bridgeConfig, downRule, rule } from '../support/bridge-rig.ts'
import { type TestBroker, brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { journaledRig } from '../support/journaled-rig.ts'
import { mosquittoMissing, startMosquitto } from '../support/mosquitto.ts'
import { codes5, expiry, hex, next5, open5, publish5, sessionExpiry, subscribe5, userProperty } from '../support/packets-5.ts'
import { packet, puback, publish, subscribe, text } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import type { RemoteConnection } from '../support/scripted-remote.ts'
import { scriptedRemote, type as packetType } from '../support/scripted-remote.ts'

const property = (id: number, value: string): Buffer => Buffer.concat([Buffer.of(id), text(value)])
const properties = [userProperty('b', '1'), property(3, 'text/plain'), userProperty('a', '2'), property(8, 'answer/here'), userProperty('b', '3'), property(9, 'id'), Buffer.of(1, 1)]
const carried = properties.map(each => each.toString('hex'))

/** Of a delivery, whatever the order of what is no user property: a broker may choose that. */
function split (block: string): string[] {
  const found: { at: number, what: string }[] = []
  for (const what of carried) {
    const at = block.indexOf(what)
    if (at >= 0) found.push({ at, what })
  }
  return found.sort((one, other) => one.at - other.at).map(({ what }) => what).filter(what => what.startsWith('26')).concat(found.map(({ what }) => what).filter(what => !what.startsWith('26')).sort())
}

interface Site extends TestBroker { readonly bridge: Bridge }

/** A broker with a bridge to the remote at `port`. */
async function site (t: Test, port: number, more: Partial<BridgeConfig> = {}): Promise<Site> {
  const made: ReturnType<typeof createRelay>[] = []
  const broker = await brokerFor(t, {
    relay: interest => {
      const relay = createRelay({ interest, maxTopicLevels: 100 })
      made.push(relay)
      return relay
    }
  })
  const [relay] = made
  if (relay === undefined) throw new Error('no relay')
  const bridge = startBridge({ config: bridgeConfig(port, { protoVer: 5, ...more }), relay, delivery: broker.broker, trust: null, logger: silentLogger, stateDir: null })
  t.teardown(async () => bridge.stop())
  return { ...broker, bridge }
}

const isUp = async ({ bridge }: Site): Promise<void> => eventually('the link is up', () => bridge.state.name === 'up')

test('up to an MQTT 5 remote, whatever the rule changes; and a will of MQTT 5', { skip: mosquittoMissing }, async t => {
  const remote = await startMosquitto(t)
  const edge = await site(t, remote.port, { forwards: [rule('up/#', ''), rule('renamed/#', '', { prefix: 'site/' }), rule('lower/#', '', { qos: 0 })] })
  await isUp(edge)
  const observer = await open5(remote.port, { clientId: 'observer' })
  observer.send(subscribe5(1, [['#', 2]]))
  await codes5(observer)
  const device = await open5(edge.port, { clientId: 'device', will: { topic: 'up/will', payload: 'gone', qos: 1, properties: [...properties, expiry(50)] } })
  for (const [topic, qos] of [['up/a', 0], ['up/a', 1], ['renamed/b', 1], ['lower/c', 2]] as const) {
    device.send(publish5(topic, `${topic} ${qos}`, { qos, id: 5, properties: [...properties, expiry(100)] }))
  }
  device.destroy()
  const seen = new Map<string, string>()
  while (seen.size < 5) {
    const { topic, payload, qos, id, properties: block } = await next5(observer)
    if (qos === 1) observer.send(puback(id))
    seen.set(`${topic} ${payload}`, block)
  }
  t.same([...seen.keys()].sort(), ['lower/c lower/c 2', 'site/renamed/b renamed/b 1', 'up/a up/a 0', 'up/a up/a 1', 'up/will gone'])
  for (const [what, block] of seen) {
    t.same(split(block), split(carried.join('')), `${what}: all of them, user properties in order`)
    t.match(block, what === 'up/will gone' ? /02000000(31|32)/ : /02000000(63|64)/, `${what}: expiry`)
  }
})

test('down from an MQTT 5 remote: live, queued and retained, with no subscription identifier of the bridge', async t => {
  const remote = await scriptedRemote(t)
  const edge = await site(t, remote.port, { subscription: [downRule('down/#', 'down/#')], forwards: [] })
  const link = await remote.connection()
  await link.accept(false, 5)
  const away = await open5(edge.port, { clientId: 'away', clean: false, properties: [sessionExpiry(60)] })
  const here = await open5(edge.port, { clientId: 'here' })
  const four = await RawClient.open(edge.port, { clientId: 'four' })
  for (const one of [away, here]) one.send(subscribe5(1, [['down/#', 1]], [0x0b, 9]))
  four.send(subscribe(1, ['down/#', 1]))
  await codes5(away)
  await codes5(here)
  await four.granted()
  away.destroy()
  await eventually('it is gone', () => edge.broker.clients().length === 2)
  const asSent = [...properties, expiry(100), [0x0b, 0x85, 1] as const, [0x0b, 7] as const]
  link.send(publish5('down/a', 'x', { qos: 1, id: 77, retain: true, properties: asSent }))
  t.equal((await link.next(packetType.PUBACK)).readUInt16BE(2), 77)
  const expected = `02000000..${carried.join('')}0b09`
  t.match((await next5(here)).properties, new RegExp(`^${expected}$`))
  t.match(await four.delivery(), { topic: 'down/a', payload: 'x' }, '3.1.1 gets the message')
  const back = await open5(edge.port, { clientId: 'away', clean: false, properties: [sessionExpiry(60)] })
  t.match((await next5(back)).properties, new RegExp(`^${expected}$`), 'queued')
  const late = await open5(edge.port, { clientId: 'late' })
  late.send(subscribe5(1, [['down/a', 1]]))
  t.match((await next5(late)).properties, new RegExp(`^02000000..${carried.join('')}$`), 'retained')
})

test('a remote that breaks the standard in its properties is told so, and the message goes nowhere', async t => {
  const remote = await scriptedRemote(t)
  const edge = await site(t, remote.port, { subscription: [downRule('down/#', 'down/#')], forwards: [] })
  const here = await open5(edge.port, { clientId: 'here' })
  here.send(subscribe5(1, [['#', 0]]))
  await codes5(here)
  const link = await remote.connection()
  await link.accept(false, 5)
  link.send(publish5('down/a', 'twice', { properties: [expiry(1), expiry(1)] }))
  t.same((await link.next(packetType.DISCONNECT))[2], 0x82)
  await link.closed
  t.same(here.received, [])
})

/** Seconds that a frame says. */
const secondsIn = (frame: Buffer): number => frame.readUInt32BE(frame.indexOf(Buffer.from('0200', 'hex')) + 1)

async function publishesOf (link: RemoteConnection, count: number): Promise<Map<string, Buffer>> {
  const seen = new Map<string, Buffer>()
  while (seen.size < count) {
    const frame = await link.next(packetType.PUBLISH)
    seen.set(frame.toString('latin1', frame.length - 4), frame)
    if ((frame.readUInt8(0) & 6) === 2) link.send(packet(0x40, frame.subarray(6 + frame.readUInt16BE(2) - 2, 6 + frame.readUInt16BE(2))))
  }
  return seen
}

test('what waits in memory is counted down, and not sent when it is over [MQTT-3.3.2-5] [MQTT-3.3.2-6]', async t => {
  const remote = await scriptedRemote(t)
  const edge = await site(t, remote.port, { retryQos0: true })
  const device = await open5(edge.port, { clientId: 'device' })
  const messages = [['up/a', 'long', 100], ['up/a', 'over', 1], ['up/a', 'none', null]] as const
  let id = 0
  for (const [topic, payload, seconds] of messages) {
    for (const qos of [0, 1] as const) device.send(publish5(topic, `${payload.slice(0, 3)}${qos}`, { qos, id: ++id, properties: seconds === null ? [userProperty('a', 'b')] : [userProperty('a', 'b'), expiry(seconds)] }))
  }
  for (let i = 0; i < 3; i++) await device.next(4)
  await new Promise(resolve => setTimeout(resolve, 1100)) // time is what is tested
  const link = await remote.connection()
  await link.accept(false, 5)
  const seen = await publishesOf(link, 4)
  t.same([...seen.keys()].sort(), ['lon0', 'lon1', 'non0', 'non1'])
  for (const name of ['lon0', 'lon1']) t.equal(secondsIn(seen.get(name) ?? Buffer.alloc(0)), 99, name)
  t.equal(edge.bridge.counters.droppedExpired, 2)
  await eventually('nothing waits', () => edge.bridge.queued === 0)
})

test('what waits on disk is counted down, over a restart too', async t => {
  const dir = await mkdtemp(join(tmpdir(), 'causeway-expiry-'))
  t.teardown(async () => rm(dir, { recursive: true, force: true }))
  const remote = await scriptedRemote(t)
  const first = await journaledRig(t, { port: 1, dir, bridge: { protoVer: 5 } })
  const block = (seconds: number): Buffer => Buffer.from(hex(userProperty('a', 'b'), expiry(seconds)), 'hex')
  first.offer({ topic: 'up/a', payload: 'long', qos: 1, properties: block(100) })
  first.offer({ topic: 'up/a', payload: 'over', qos: 1, properties: block(1) })
  first.offer({ topic: 'up/a', payload: 'two ', qos: 2, properties: block(50) })
  await first.bridge.stop()
  await new Promise(resolve => setTimeout(resolve, 1100)) // time is what is tested
  const second = await journaledRig(t, { port: remote.port, dir, bridge: { protoVer: 5 } })
  const link = await remote.connection()
  await link.accept(false, 5)
  const seen = await publishesOf(link, 2)
  t.same([...seen.keys()], ['long', 'two '])
  t.equal(secondsIn(seen.get('long') ?? Buffer.alloc(0)), 99)
  t.equal(secondsIn(seen.get('two ') ?? Buffer.alloc(0)), 49)
  t.equal(second.bridge.counters.droppedExpired, 1)
})

test('to a 3.1.1 remote too nothing is sent that is over', async t => {
  const remote = await scriptedRemote(t)
  const edge = await site(t, remote.port, { protoVer: 4 })
  const device = await open5(edge.port, { clientId: 'device' })
  device.send(publish5('up/a', 'over', { qos: 1, id: 1, properties: [expiry(0)] }), publish5('up/a', 'long', { qos: 1, id: 2, properties: [expiry(9)] }))
  await device.next(4)
  await device.next(4)
  const link = await remote.connection()
  await link.accept()
  const frame = await link.next(packetType.PUBLISH)
  t.same(frame.subarray(0, 8), publish('up/a', 'long', { qos: 1 }).subarray(0, 8))
  t.equal(frame.toString('latin1', frame.length - 4), 'long')
  t.equal(edge.bridge.counters.droppedExpired, 1)
})
