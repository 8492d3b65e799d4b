/** A node that is drained tells devices of MQTT 5 where to go: those that are connected, and those that come while it drains [MQTT 5.0, section 4.11]. */
import { type Test, test } from 'tap'
import { type BridgeRelay, createRelay } from '../../src/relay/bridge-relay.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { configOf, problemsOf, warningsOf } from '../support/config-text.ts'
import { type TestBroker, brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { outboxOptions } from '../support/outbox-options.ts'
import { connect5, hex, open5, publish5 } from '../support/packets-5.ts'
import { connect, packet, text } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

const place = 'b.example:1883 [2001:db8::2]'
const reference = Buffer.concat([Buffer.of(0x1c), text(place)])

test('connected devices are told where to go, or only that it stops [MQTT-3.14.0-1]', async t => {
  for (const [serverReference, serverMoved, body] of [[place, false, hex([0x9c, reference.length], reference)], [place, true, hex([0x9d, reference.length], reference)], [null, false, '8b00']] as const) {
    const { broker, port } = await brokerFor(t, { mqtt: { serverReference, serverMoved } })
    const five = await open5(port, { clientId: 'five' })
    const four = await RawClient.open(port, { clientId: 'four' })
    await broker.close(1000)
    t.equal((await five.next(14)).body.toString('hex'), body)
    await four.ended()
    t.same(four.received, [], '3.1.1 has no such packet')
  }
})

test('a listener that is closed while the broker goes on sends nobody elsewhere: 0x98', async t => {
  const { broker, port } = await brokerFor(t, { mqtt: { serverReference: place } })
  const five = await open5(port, { clientId: 'five' })
  await (await broker.closeListener('tcp'))(1000)
  t.equal((await five.next(14)).body.toString('hex'), '9800')
})

interface Draining extends TestBroker {
  /** Has not said CONNECT yet. */
  readonly early: RawClient
  /** Lets the broker stop. */
  readonly letGo: () => void
  readonly stopped: Promise<void>
}

/** A broker that stops, and can not before a message is acknowledged. */
async function draining (t: Test, serverReference: string | null): Promise<Draining> {
  let relay: BridgeRelay | null = null
  const broker = await brokerFor(t, { mqtt: { serverReference }, relay: interest => (relay = createRelay({ interest, maxTopicLevels: 100 })) })
  const outbox = new Outbox(outboxOptions({ level: 5, awaitRemote: true, schedule: call => { setImmediate(call) } }))
  const made = relay as BridgeRelay | null
  if (made === null) throw new Error('no relay')
  made.attach(outbox, [{ filter: 'up/#', rename: null, qos: null, retain: null }])
  const owed = await open5(broker.port, { clientId: 'owed' })
  owed.send(publish5('up/a', 'x', { qos: 1 }), packet(0xc0))
  await owed.next(13)
  const early = await RawClient.dial(broker.port)
  early.send(connect5({ clientId: 'early' }).subarray(0, 5))
  await eventually('both are there', () => broker.broker.connectionsByListener().get('tcp') === 2)
  return { ...broker, early, letGo: () => outbox.close(), stopped: broker.broker.close(10_000) }
}

test('who comes meanwhile is told where to go', async t => {
  const { port, early, letGo, stopped } = await draining(t, place)
  const late = await RawClient.dial(port)
  late.send(connect5({ clientId: 'late' }))
  t.equal((await late.next(2)).body.toString('hex'), hex([0, 0x9c, reference.length], reference))
  await late.ended()
  const four = await RawClient.dial(port)
  four.send(connect({ clientId: 'four' }))
  t.same([...(await four.next(2)).body], [0, 3], '3.1.1: server unavailable')
  early.send(connect5({ clientId: 'early' }).subarray(5))
  t.equal((await early.next(2)).body[1], 0x9c, 'one that was there before its CONNECT')
  letGo()
  await stopped
  await t.rejects(RawClient.dial(port))
})

test('without a place to go: nobody is let in, and one that is at its CONNECT hears so', async t => {
  const { port, early, letGo, stopped } = await draining(t, null)
  await t.rejects(RawClient.dial(port))
  early.send(connect5({ clientId: 'early' }).subarray(5))
  t.equal((await early.next(2)).body.toString('hex'), '008800')
  letGo()
  await stopped
})

test('the key takes what the standard does', t => {
  for (const good of ['b.example', 'b.example:1883', '192.0.2.1:1 [2001:db8::2]:8883 c']) t.equal(configOf(`mqtt.server_reference = "${good}"`).mqtt.serverReference, good)
  for (const bad of ['', 'a b:', 'a  b', 'a:0', 'a:70000', '2001:db8::2', '[::1', 'mqtt://a']) t.match(problemsOf(`mqtt.server_reference = "${bad}"`), [/must be host:port/], bad)
  t.match(warningsOf('mqtt.server_moved = true'), [/mqtt.server_moved 1:6 has no effect without server_reference/])
  t.end()
})
