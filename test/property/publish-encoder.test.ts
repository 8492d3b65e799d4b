/** PUBLISH written and read: by us, and by mqtt-packet both ways round. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { generate, parser } from 'mqtt-packet'
import type { IPublishPacket, Packet } from 'mqtt-packet'
import { test } from 'tap'
import { PublishEncoder, encodePublish } from '../../src/mqtt/publish-encoder.ts'
import { PublishView } from '../../src/mqtt/publish-view.ts'
import { MAX_VARIABLE_BYTE_INTEGER, readVariableByteInteger, variableByteIntegerSize, writeVariableByteInteger } from '../../src/mqtt/variable-byte-integer.ts'
import { holds } from '../support/property.ts'

const message: fc.Arbitrary<Message> = fc.record({
  level: fc.constantFrom(4 as const, 5 as const),
  topic: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter(text => !/[+#\0]/.test(text)),
  payload: fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.nat(20_000).map(size => new Uint8Array(size).fill(size))).map(bytes => Buffer.from(bytes)),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  retain: fc.boolean(),
  dup: fc.boolean(),
  packetId: fc.integer({ min: 1, max: 65_535 }),
  expiry: fc.option(fc.nat(0xffff_ffff))
})

interface Message {
  readonly level: 4 | 5
  readonly topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly dup: boolean
  readonly packetId: number
  readonly expiry: number | null
}

function parsed (frame: Buffer, level: 4 | 5): IPublishPacket {
  const packets: Packet[] = []
  const reader = parser({ protocolVersion: level })
  reader.on('packet', packet => packets.push(packet))
  reader.on('error', error => { throw error as Error })
  if (reader.parse(frame) !== 0 || packets.length !== 1) throw new Error('not one whole packet')
  return packets[0] as IPublishPacket
}

function bodyOf (frame: Buffer): number {
  let at = 1
  while ((frame[at] ?? 0) >= 0x80) at++
  return at + 1
}

const MESSAGE_EXPIRY = 2
const encoder = new PublishEncoder()
const view = new PublishView()

/** Fills the encoder with topic and properties that lie in the middle of something. */
function fill ({ topic, payload, expiry, ...flags }: Message): void {
  const around = Buffer.from(`<<${topic}>>`)
  const properties = Buffer.of(MESSAGE_EXPIRY, 0, 0, 0, 0)
  properties.writeUInt32BE(expiry ?? 0, 1)
  Object.assign(encoder, flags, { payload, payloadStart: 0, payloadEnd: payload.length })
  Object.assign(encoder, { topic: around, topicStart: 2, topicEnd: around.length - 2 })
  Object.assign(encoder, { properties, propertiesStart: 0, propertiesEnd: expiry === null ? 0 : 5 })
}

test('mqtt-packet and the view read what the encoder writes, at any place of any buffer', async t => {
  await holds(t, fc.property(message, fc.nat(50), (sent, at) => {
    const { level, topic, payload, qos, retain } = sent
    const dup = sent.dup && qos !== 0
    const expiry = level === 5 ? sent.expiry : null
    fill(sent)
    const size = encoder.size()
    const into = Buffer.alloc(at + size + 7, 0xee)
    const end = encoder.write(into, at)
    assert.equal(end, at + size)
    assert.ok([...into.subarray(0, at), ...into.subarray(end)].every(byte => byte === 0xee))

    const frame = into.subarray(at, end)
    const read = parsed(frame, level)
    const wanted = { topic, qos, retain, dup, packetId: qos === 0 ? 0 : sent.packetId, payload: payload.toString('hex') }
    const { messageId = 0, properties } = read
    assert.deepEqual(pick(read, messageId, read.topic, read.payload as Buffer), wanted)
    assert.equal(properties?.messageExpiryInterval ?? null, expiry)

    assert.equal(view.read(into, at, at + bodyOf(frame), end, level), null)
    const name = into.toString('utf8', view.topicStart, view.topicEnd)
    assert.deepEqual(pick(view, view.packetId, name, into.subarray(view.payloadStart, view.end)), wanted)
    assert.equal(view.propertiesEnd - view.propertiesStart, expiry === null ? 0 : 5)
  }), { numRuns: 1000 })
})

function pick (from: { qos: number, retain: boolean, dup: boolean }, packetId: number, topic: string, payload: Buffer): object {
  return { topic, qos: from.qos, retain: from.retain, dup: from.dup, packetId, payload: payload.toString('hex') }
}

test('the encoder writes what mqtt-packet writes', async t => {
  await holds(t, fc.property(message, ({ level, topic, payload, qos, retain, packetId }) => {
    const ours = encodePublish({ level, topic, payload, qos, retain, packetId })
    return ours.equals(generate({ cmd: 'publish', topic, payload, qos, retain, dup: false, messageId: packetId }, { protocolVersion: level }))
  }), { numRuns: 1000 })
})

test('a variable byte integer is read back; no other form of it is', async t => {
  const into = Buffer.alloc(8, 0xee)
  await holds(t, fc.property(fc.oneof(fc.nat(20_000), fc.nat(MAX_VARIABLE_BYTE_INTEGER)), value => {
    const end = writeVariableByteInteger(value, into, 1)
    return end - 1 === variableByteIntegerSize(value) && readVariableByteInteger(into, 1, end) === value && readVariableByteInteger(into, 1, end - 1) === -1
  }))
  for (const value of [0, 127, 128, 16_383, 16_384, 2_097_151, 2_097_152, MAX_VARIABLE_BYTE_INTEGER]) {
    t.equal(readVariableByteInteger(into, 0, writeVariableByteInteger(value, into, 0)), value)
  }
  t.equal(readVariableByteInteger(Buffer.of(0x81, 0), 0, 2), -1, 'not the shortest form [MQTT-1.5.5-1]')
  t.equal(readVariableByteInteger(Buffer.of(0x80, 0x80, 0x80, 0x80, 1), 0, 5), -1, 'five bytes')
  t.equal(readVariableByteInteger(Buffer.of(0x80), 0, 1), -1, 'no end')
})

test('a topic longer than its length prefix can say is refused', async t => {
  t.throws(() => encodePublish({ level: 4, topic: 'a'.repeat(65_536), payload: Buffer.alloc(0), qos: 0, retain: false, packetId: 0 }), RangeError)
})
