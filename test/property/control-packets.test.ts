/** The readers of control packets: never thrown off by bytes, and of one mind with mqtt-packet about what they take. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { generate, parser } from 'mqtt-packet'
import type { IConnectPacket, ISubscribePacket, IUnsubscribePacket, Packet } from 'mqtt-packet'
import { test } from 'tap'
import { faultOfAcknowledgement } from '../../src/mqtt/acknowledgement.ts'
import { type ConnectRequest, readConnect } from '../../src/mqtt/connect.ts'
import { encodeConnack, encodeSuback, encodeUnsuback, readConnack } from '../../src/mqtt/control.ts'
import { PublishView } from '../../src/mqtt/publish-view.ts'
import { readSubscribe } from '../../src/mqtt/subscribe.ts'
import { readUnsubscribe } from '../../src/mqtt/unsubscribe.ts'
import { isViolation } from '../../src/mqtt/violation.ts'
import { holds } from '../support/property.ts'

const LIMITS = { maxTopicLevels: 100, maxFilters: 100 }
const level = fc.constantFrom(3 as const, 4 as const, 5 as const)
const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter(text => !/[+#\0]/.test(text))
const bytes = fc.uint8Array({ maxLength: 40 }).map(array => Buffer.from(array))
const qos = fc.constantFrom(0 as const, 1 as const, 2 as const)
const packetId = fc.integer({ min: 1, max: 65_535 })
const filter = fc.constantFrom('#', '+', 'a/+/b', '/', 'a//#', '$share/g/a/+', '☃/+')

function parse (frame: Buffer, protocolVersion: number): Packet | null {
  const packets: Packet[] = []
  const errors: unknown[] = []
  const reader = parser({ protocolVersion })
  reader.on('packet', packet => packets.push(packet))
  reader.on('error', error => errors.push(error))
  reader.parse(frame)
  return errors.length > 0 ? null : packets[0] ?? null
}

function bodyOf (frame: Buffer): number {
  let at = 1
  while ((frame[at] ?? 0) >= 0x80) at++
  return at + 1
}

/** What mqtt-packet's types leave out. */
type TheirConnect = IConnectPacket & { readonly bridgeMode?: boolean }

const connect: fc.Arbitrary<TheirConnect> = fc.record({
  level,
  clientId: text,
  clean: fc.boolean(),
  keepalive: fc.nat(65_535),
  bridgeMode: fc.boolean(),
  will: fc.option(fc.record({ topic: text, payload: bytes, qos, retain: fc.boolean() })),
  username: fc.option(text),
  password: fc.option(bytes)
}).map(({ level, will, username, password, ...rest }) => ({
  ...rest,
  cmd: 'connect',
  bridgeMode: rest.bridgeMode && level !== 5,
  protocolId: level === 3 ? 'MQIsdp' : 'MQTT',
  protocolVersion: level,
  ...(will !== null && { will }),
  ...(username !== null && { username }),
  ...(username !== null && password !== null && { password })
}))

/** What both readers say of a CONNECT, in one form. */
function summaryOfTheirs ({ protocolVersion, bridgeMode, clean, keepalive, clientId, will, username, password }: TheirConnect): object {
  return {
    level: protocolVersion,
    bridgeMode: bridgeMode ?? false,
    clean,
    keepalive,
    clientId,
    will: will === undefined ? null : { topic: will.topic, payload: Buffer.from(will.payload).toString('hex'), qos: will.qos, retain: will.retain },
    username: username ?? null,
    password: password === undefined ? null : Buffer.from(password).toString('hex')
  }
}

function summaryOfOurs ({ level, bridgeMode, cleanSession, keepAlive, clientId, will, username, password }: ConnectRequest): object {
  return {
    level,
    bridgeMode,
    clean: cleanSession,
    keepalive: keepAlive,
    clientId,
    will: will === null ? null : { topic: will.topic, payload: will.payload.toString('hex'), qos: will.qos, retain: will.retain },
    username,
    password: password === null ? null : password.toString('hex')
  }
}

test('readConnect() takes what mqtt-packet writes, and reads the same', async t => {
  await holds(t, fc.property(connect, packet => {
    const frame = generate(packet)
    const read = readConnect(frame, bodyOf(frame), frame.length)
    if (isViolation(read)) assert.fail(`${read.clause} ${read.reason}`)
    assert.deepEqual(summaryOfOurs(read), summaryOfTheirs(packet))
    assert.equal(frame.readUInt16BE(read.keepAliveAt), packet.keepalive)
  }), { numRuns: 1000 })
})

/** A good frame with a few bytes changed, cut or added, its remaining length corrected (all are shorter than 128 bytes). */
const damaged = fc.tuple(connect, fc.array(fc.tuple(fc.nat(127), fc.nat(255)), { maxLength: 4 }), fc.nat(3), fc.nat(3)).map(([packet, changes, cut, add]) => {
  const whole = generate(packet)
  const body = whole.subarray(bodyOf(whole))
  const frame = Buffer.concat([Buffer.of(0x10, 0), body.subarray(0, body.length - cut), Buffer.alloc(add)]).subarray(0, 129)
  for (const [at, value] of changes) if (at + 2 < frame.length) frame[at + 2] = value
  frame[1] = frame.length - 2
  return frame
})

test('what readConnect() takes of damaged packets, mqtt-packet reads the same', async t => {
  let taken = 0
  await holds(t, fc.property(damaged, frame => {
    const read = readConnect(frame, 2, frame.length)
    if (isViolation(read)) return undefined
    const theirs = parse(frame, 4)
    if (theirs?.cmd !== 'connect') return assert.equal(read.level, 5, 'only what properties say is not looked at here')
    taken++
    assert.deepEqual(summaryOfOurs(read), summaryOfTheirs(theirs))
  }), { numRuns: 3000 })
  t.ok(taken > 50, `${taken} were taken by both`)
})

test('readSubscribe() reads what mqtt-packet writes', async t => {
  const subscription = fc.record({ topic: filter, qos, nl: fc.boolean(), rap: fc.boolean(), rh: fc.constantFrom(0 as const, 1 as const, 2 as const) })
  await holds(t, fc.property(level, packetId, fc.array(subscription, { minLength: 1, maxLength: 20 }), (level, messageId, asked) => {
    const five = level === 5
    const subscriptions = asked.map(one => five ? { ...one, nl: one.nl && !one.topic.startsWith('$share') } : { topic: one.topic, qos: one.qos })
    const packet: ISubscribePacket = { cmd: 'subscribe', messageId, subscriptions }
    const frame = generate(packet, { protocolVersion: level })
    const read = readSubscribe(frame, bodyOf(frame), frame.length, level, LIMITS)
    if (isViolation(read)) assert.fail(`${read.clause} ${read.reason}`)
    assert.equal(read.packetId, messageId)
    assert.deepEqual(read.subscriptions.map(({ filter, qos, noLocal, retainAsPublished, retainHandling }) => five
      ? { topic: filter, qos, nl: noLocal, rap: retainAsPublished, rh: retainHandling }
      : { topic: filter, qos }), subscriptions)
  }))
})

test('readUnsubscribe() reads what mqtt-packet writes', async t => {
  await holds(t, fc.property(level, packetId, fc.array(filter, { minLength: 1, maxLength: 20 }), (level, messageId, filters) => {
    const packet: IUnsubscribePacket = { cmd: 'unsubscribe', messageId, unsubscriptions: filters }
    const frame = generate(packet, { protocolVersion: level })
    const read = readUnsubscribe(frame, bodyOf(frame), frame.length, level, LIMITS)
    if (isViolation(read)) assert.fail(`${read.clause} ${read.reason}`)
    assert.deepEqual([read.packetId, read.filters], [messageId, filters])
  }))
})

test('mqtt-packet reads the answers that are written here', async t => {
  t.match(parse(encodeConnack(4, true, 0), 4), { cmd: 'connack', sessionPresent: true, returnCode: 0 })
  t.match(parse(encodeConnack(4, true, 5), 4), { cmd: 'connack', sessionPresent: false, returnCode: 5 }, 'no session with a refusal [MQTT-3.2.2-4]')
  t.match(parse(encodeConnack(5, false, 0x84), 5), { cmd: 'connack', reasonCode: 0x84 })
  t.match(parse(encodeSuback(4, 300, [0, 1, 0x80]), 4), { cmd: 'suback', messageId: 300, granted: [0, 1, 0x80] })
  t.match(parse(encodeSuback(5, 1, [0x87]), 5), { cmd: 'suback', granted: [0x87] })
  t.match(parse(encodeSuback(4, 1, new Uint8Array(200)), 4), { cmd: 'suback', granted: Array(200).fill(0) })
  t.match(parse(encodeUnsuback(4, 7, [0]), 4), { cmd: 'unsuback', messageId: 7 })
  t.equal(encodeUnsuback(4, 7, [0, 0]).length, 4, 'no codes before MQTT 5')
  t.match(parse(encodeUnsuback(5, 7, [0, 17]), 5), { cmd: 'unsuback', granted: [0, 17] })
})

test('no reader throws, whatever the bytes', async t => {
  const view = new PublishView()
  const field = fc.oneof(
    fc.constantFrom(...[[0, 4, 0x4d, 0x51, 0x54, 0x54, 4], [0, 4, 0x4d, 0x51, 0x54, 0x54, 5], [0, 6, 0x4d, 0x51, 0x49, 0x73, 0x64, 0x70, 3], [0, 1], [0, 0], [2]]),
    fc.array(fc.nat(255), { maxLength: 6 })
  )
  await holds(t, fc.property(fc.array(field, { maxLength: 8 }), level, fc.nat(3), fc.nat(255), (fields, level, body, first) => {
    const frame = Buffer.from([first, 0, 0, ...fields.flat()])
    const end = frame.length
    const all = [
      readConnect(frame, body, end),
      readSubscribe(frame, body, end, level, LIMITS),
      readUnsubscribe(frame, body, end, level, LIMITS),
      readConnack(frame, body, end, level),
      faultOfAcknowledgement(frame, body, end, level),
      view.read(frame, 0, body, end, level)
    ]
    for (const one of all) assert.equal(typeof one, 'object')
  }), { numRuns: 10_000 })
})
