/** Invariant 2. Each clause that a device can break, said to a real broker: the connection ends, with the answer that the clause asks for. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { connect, packet, pingreq, publish, subscribe, text, u16 } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

const BAD_UTF8 = Buffer.from([0, 3, 0x61, 0xc3, 0x28])
const SURROGATE = Buffer.from([0, 3, 0xed, 0xa0, 0x80])
const OVERLONG = Buffer.from([0, 2, 0xc0, 0x80])

interface Row {
  readonly clause: string
  readonly says: string
  readonly bytes: Buffer
  /** CONNACK return code; absent: closed without one. */
  readonly returnCode?: number
}

const connectBody = (flags: number, ...payload: readonly (Buffer | readonly number[])[]): Buffer => packet(0x10, text('MQTT'), [4, flags], u16(0), ...payload)

const atTheDoor: readonly Row[] = [
  { clause: 'MQTT-3.1.0-1', says: 'PINGREQ first', bytes: pingreq() },
  { clause: 'MQTT-3.1.0-1', says: 'PUBLISH first', bytes: publish('a', 'b') },
  { clause: 'MQTT-3.1.0-1', says: 'SUBSCRIBE first, with what CONNECT has in it', bytes: Buffer.from([0x82, ...connect().subarray(1)]) },
  { clause: 'MQTT-3.1.0-1', says: 'PINGREQ first, with what CONNECT has in it', bytes: Buffer.from([0xc0, ...connect().subarray(1)]) },
  { clause: 'MQTT-2.2.2-2', says: 'CONNECT with a reserved header flag', bytes: Buffer.from([0x11, ...connect().subarray(1)]) },
  { clause: 'MQTT-2.2.1', says: 'reserved packet type 0', bytes: Buffer.from([0, 0]) },
  { clause: 'MQTT-2.2.3', says: 'remaining length of five bytes', bytes: Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 1]) },
  { clause: 'MQTT-3.1.2-1', says: 'wrong protocol name', bytes: connect({ name: 'MQTX' }) },
  { clause: 'MQTT-3.1.2-2', says: 'level 6', bytes: connect({ level: 6 }), returnCode: 1 },
  { clause: 'MQTT-3.1.2-2', says: 'level 3 with the name of 4', bytes: connect({ level: 3 }), returnCode: 1 },
  { clause: 'MQTT-3.1.2-3', says: 'reserved CONNECT flag', bytes: connectBody(3, text('id')) },
  { clause: 'MQTT-3.1.2-11', says: 'will QoS and retain without will', bytes: connectBody(0x2a, text('id')) },
  { clause: 'MQTT-3.1.2-13', says: 'will QoS without will', bytes: connectBody(0x0a, text('id')) },
  { clause: 'MQTT-3.1.2-14', says: 'will QoS 3', bytes: connectBody(0x1e, text('id'), text('t'), text('p')) },
  { clause: 'MQTT-3.1.2-15', says: 'will retain without will', bytes: connectBody(0x22, text('id')) },
  { clause: 'MQTT-3.1.2-22', says: 'password without user name', bytes: connectBody(0x42, text('id'), text('secret')) },
  { clause: 'MQTT-4.7.2-1', says: 'will to $SYS', bytes: connectBody(6, text('id'), text('$SYS/broker'), text('p')), returnCode: 5 },
  { clause: 'MQTT-3.1.3-8', says: 'empty client id without clean session', bytes: connect({ clientId: '', clean: false }), returnCode: 2 },
  { clause: 'MQTT-1.5.3-1', says: 'ill-formed UTF-8 in the client id', bytes: connectBody(2, BAD_UTF8) },
  { clause: 'MQTT-1.5.3-1', says: 'a surrogate in the client id', bytes: connectBody(2, SURROGATE) },
  { clause: 'MQTT-1.5.3-2', says: 'U+0000 in the client id', bytes: connectBody(2, text('a\u0000b')) },
  { clause: 'MQTT-1.5.3-2', says: 'an overlong U+0000 in the client id', bytes: connectBody(2, OVERLONG) },
  { clause: 'MQTT-1.5.3-1', says: 'ill-formed UTF-8 in the will topic', bytes: connectBody(6, text('id'), BAD_UTF8, text('p')) },
  { clause: 'MQTT-3.3.2-2', says: 'a wildcard in the will topic', bytes: connectBody(6, text('id'), text('a/#'), text('p')) },
  { clause: 'MQTT-1.5.3-1', says: 'ill-formed UTF-8 in the user name', bytes: connectBody(0x82, text('id'), BAD_UTF8) },
  { clause: 'MQTT-2.2.3', says: 'surplus bytes behind CONNECT', bytes: connectBody(2, text('id'), [0]) },
  { clause: 'MQTT-2.2.3', says: 'CONNECT cut short', bytes: packet(0x10, text('MQTT'), [4, 2, 0]) }
]

const inSession: readonly Row[] = [
  { clause: 'MQTT-3.1.0-2', says: 'a second CONNECT', bytes: connect() },
  { clause: 'MQTT-2.2.1', says: 'a packet only servers send', bytes: Buffer.from([0x20, 2, 0, 0]) },
  { clause: 'MQTT-2.2.1', says: 'reserved packet type 15', bytes: Buffer.from([0xf0, 0]) },
  { clause: 'MQTT-3.3.1-4', says: 'PUBLISH with QoS 3', bytes: packet(0x36, text('a'), u16(1)) },
  { clause: 'MQTT-3.3.1-2', says: 'DUP on QoS 0', bytes: packet(0x38, text('a')) },
  { clause: 'MQTT-2.3.1-1', says: 'PUBLISH with packet identifier 0', bytes: publish('a', '', { qos: 1, id: 0 }) },
  { clause: 'MQTT-3.3.2', says: 'PUBLISH shorter than its topic', bytes: packet(0x30, [0, 9, 0x61]) },
  { clause: 'MQTT-3.3.2', says: 'PUBLISH of QoS 1 without identifier', bytes: packet(0x32, text('a')) },
  { clause: 'MQTT-4.7.3-1', says: 'PUBLISH to an empty topic', bytes: publish('', 'x') },
  { clause: 'MQTT-3.3.2-2', says: 'PUBLISH to a topic with +', bytes: publish('a/+', 'x') },
  { clause: 'MQTT-3.3.2-2', says: 'PUBLISH to a topic with #', bytes: publish('a/#', 'x') },
  { clause: 'MQTT-4.7.3-2', says: 'PUBLISH to a topic with U+0000', bytes: publish('a\u0000', 'x') },
  { clause: 'MQTT-3.3.2-1', says: 'PUBLISH to a topic of ill-formed UTF-8', bytes: packet(0x30, BAD_UTF8, [0x78]) },
  { clause: '', says: 'PUBLISH to a topic with 101 levels', bytes: publish('/'.repeat(100), 'x') },
  { clause: 'MQTT-4.7.2-1', says: 'PUBLISH to $SYS', bytes: publish('$SYS/broker/uptime', 'x') },
  { clause: 'MQTT-3.8.1-1', says: 'SUBSCRIBE with wrong header flags', bytes: packet(0x80, u16(1), text('a'), [0]) },
  { clause: 'MQTT-2.3.1-1', says: 'SUBSCRIBE with packet identifier 0', bytes: subscribe(0, ['a', 0]) },
  { clause: 'MQTT-3.8.3-3', says: 'SUBSCRIBE without a filter', bytes: packet(0x82, u16(1)) },
  { clause: 'MQTT-3.8.3-4', says: 'SUBSCRIBE asking for QoS 3', bytes: subscribe(1, ['a', 3]) },
  { clause: 'MQTT-3.8.3-4', says: 'SUBSCRIBE with reserved bits', bytes: subscribe(1, ['a', 0x84]) },
  { clause: 'MQTT-4.7.3-1', says: 'SUBSCRIBE to an empty filter', bytes: subscribe(1, ['', 0]) },
  { clause: 'MQTT-4.7.1-2', says: 'SUBSCRIBE with # in the middle', bytes: subscribe(1, ['a/#/b', 0]) },
  { clause: 'MQTT-4.7.1-2', says: 'SUBSCRIBE with # that does not fill its level', bytes: subscribe(1, ['a/b#', 0]) },
  { clause: 'MQTT-4.7.1-3', says: 'SUBSCRIBE with + that does not fill its level', bytes: subscribe(1, ['a+/b', 0]) },
  { clause: 'MQTT-3.8.3-1', says: 'SUBSCRIBE to a filter of ill-formed UTF-8', bytes: packet(0x82, u16(1), BAD_UTF8, [0]) },
  { clause: 'MQTT-3.8.3-1', says: 'SUBSCRIBE cut short', bytes: packet(0x82, u16(1), text('a')) },
  { clause: 'MQTT-3.10.1-1', says: 'UNSUBSCRIBE with wrong header flags', bytes: packet(0xa0, u16(1), text('a')) },
  { clause: 'MQTT-3.10.3-2', says: 'UNSUBSCRIBE without a filter', bytes: packet(0xa2, u16(1)) },
  { clause: 'MQTT-3.10.3-1', says: 'UNSUBSCRIBE of a filter of ill-formed UTF-8', bytes: packet(0xa2, u16(1), BAD_UTF8) },
  { clause: 'MQTT-2.2.2-2', says: 'PUBACK with header flags', bytes: packet(0x42, u16(1)) },
  { clause: 'MQTT-2.2.3', says: 'PUBACK of three bytes', bytes: packet(0x40, u16(1), [0]) },
  { clause: 'MQTT-2.3.1-1', says: 'PUBREL with packet identifier 0', bytes: packet(0x62, u16(0)) },
  { clause: 'MQTT-3.6.1-1', says: 'PUBREL with wrong header flags', bytes: packet(0x60, u16(1)) },
  { clause: 'MQTT-2.2.3', says: 'PINGREQ with a body', bytes: packet(0xc0, [0]) },
  { clause: 'MQTT-3.14.1-1', says: 'DISCONNECT with header flags', bytes: packet(0xe1) }
]

test('before and with CONNECT', async t => {
  const { port, counters } = await brokerFor(t)
  for (const { clause, says, bytes, returnCode } of atTheDoor) {
    const client = await RawClient.dial(port)
    client.send(bytes)
    await client.ended()
    const answers = client.received.map(({ type, body }) => [type, ...body])
    t.same(answers, returnCode === undefined ? [] : [[2, 0, returnCode]], `${clause} ${says}`)
  }
  t.equal(counters.violations, atTheDoor.length)
  t.equal(counters.sessions, 0)
})

test('in a session, whose will is published for it', async t => {
  const { port, counters } = await brokerFor(t)
  const witness = await RawClient.open(port, { clientId: 'witness' })
  witness.send(subscribe(1, ['#', 0]))
  await witness.granted()
  for (const [at, { clause, says, bytes }] of inSession.entries()) {
    const client = await RawClient.open(port, { clientId: `sinner-${at}`, will: { topic: 'will', payload: says } })
    client.send(bytes)
    await client.ended()
    t.same(client.received, [], `${clause} ${says}`)
    t.match(await witness.delivery(), { topic: 'will', payload: says })
  }
  t.equal(counters.violations, inSession.length)
  t.same(witness.deliveries(), [], 'nothing else was delivered')
})

test('an MQTT 5 client that is not served is told so in its own language', async t => {
  const { port } = await brokerFor(t, { mqtt: { versions: ['3.1.1'] } })
  const client = await RawClient.dial(port)
  client.send(packet(0x10, text('MQTT'), [5, 2], u16(0), [0], text('five')))
  await client.ended()
  t.same(client.received.map(({ type, body }) => [type, ...body]), [[2, 0, 0x84, 0]])
})

test('what answers nothing goes nowhere, and the connection lives', async t => {
  const { port, counters } = await brokerFor(t)
  const client = await RawClient.open(port)
  client.send(packet(0x40, u16(9)), packet(0x50, u16(9)), packet(0x70, u16(9)), pingreq())
  await client.next(13)
  t.equal(counters.strayAcknowledgements, 3)
  t.same(client.received, [])
})

test('an ill-formed shared subscription is refused, the others of its packet are not', async t => {
  const { port, counters } = await brokerFor(t)
  const client = await RawClient.open(port)
  client.send(subscribe(1, ['$share/g', 1], ['a', 1]))
  t.same(await client.granted(), [0x80, 1])
  t.equal(counters.subscribeShared, 1)
})
