/** What leaves with topic aliases is, read by mqtt-packet as a remote would, what came: whatever the topics, batches and limits. */
import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parser } from 'mqtt-packet'
import type { IPublishPacket, Packet } from 'mqtt-packet'
import { test } from 'tap'
import { AliasWriter } from '../../src/bridge/link/alias-writer.ts'
import { framesOf, publishFrame } from '../support/publish-frames.ts'
import { holds } from '../support/property.ts'

const names = ['plant/line/1/temperature', 'plant/line/2/temperature', 'a/b', 'short', 'sixsix', 'größe/é/日本', `long/${'x'.repeat(200)}`, 'other/topic/name']

interface Message {
  readonly topic: string
  readonly payload: string
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly dup: boolean
  readonly properties: Buffer
}

const message: fc.Arbitrary<Message> = fc.record({
  topic: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.nat(5000).map(n => `random/topic/${n}`) }),
  payload: fc.nat(140).map(size => 'p'.repeat(size)),
  qos: fc.constantFrom(0 as const, 1 as const, 2 as const),
  retain: fc.boolean(),
  dup: fc.boolean(),
  // a user property whose length brings the block over the bound of one byte
  properties: fc.option(fc.nat(130), { nil: null }).map(size => size === null ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x26, 0, 1, 0x6b, 0, size]), Buffer.alloc(size, 'v')]))
})

function frameOf ({ dup, qos, ...rest }: Message, packetId: number): Buffer {
  return publishFrame({ ...rest, qos, dup: dup && qos > 0, packetId })
}

function read (bytes: Buffer): IPublishPacket[] {
  const packets: Packet[] = []
  const reader = parser({ protocolVersion: 5 })
  reader.on('packet', packet => packets.push(packet))
  reader.on('error', error => { throw error as Error })
  reader.parse(bytes)
  return packets.filter(({ cmd }) => cmd === 'publish') as IPublishPacket[]
}

/** As a remote does it [MQTT 5, 3.3.2.3.4]. */
function resolved (packets: readonly IPublishPacket[], most: number): IPublishPacket[] {
  const known = new Map<number, string>()
  return packets.map(packet => {
    const { topicAlias, ...properties } = packet.properties ?? {}
    if (topicAlias !== undefined) {
      assert.ok(topicAlias >= 1 && topicAlias <= most, 'within what the remote takes')
      assert.equal(packet.dup, false, 'what is sent again has its topic')
      if (packet.topic !== '') known.set(topicAlias, packet.topic)
    }
    const topic = packet.topic === '' ? known.get(topicAlias ?? 0) : packet.topic
    assert.ok(topic !== undefined, 'the remote has been told the alias')
    return { ...packet, topic, properties, length: 0 }
  })
}

const RELEASE = Buffer.of(0x62, 2, 0, 9)

test('topics, payloads, properties and order are those that came', async t => {
  await holds(t, fc.property(fc.array(fc.array(message, { minLength: 1, maxLength: 12 }), { maxLength: 12 }), fc.integer({ min: 1, max: 5 }), fc.constantFrom(Infinity, 120), (batches, most, maximum) => {
    const out: Buffer[] = []
    const counters = { sentBytes: 0, sentBytesQos1: 0, sentBytesQos2: 0 }
    const link = { begin () {}, end () {}, write (frames: Buffer) { return out.push(Buffer.from(frames)) > 0 } }
    const writer = new AliasWriter(link, most, maximum, counters)
    let id = 0
    const came = batches.map(batch => {
      const frames = Buffer.concat([RELEASE, ...batch.map(each => frameOf(each, ++id)), RELEASE])
      const mine = Buffer.from(frames)
      writer.write(mine, null)
      assert.deepEqual(mine, frames, 'what the outbox keeps is left alone')
      mine.fill(0) // and free once it has been given back
      counters.sentBytes += frames.length
      return frames
    })
    const sent = Buffer.concat(out)
    const all = Buffer.concat(came)
    assert.deepEqual(resolved(read(sent), most), read(all).map(packet => ({ ...packet, properties: packet.properties ?? {}, length: 0 })))
    assert.equal(counters.sentBytes, sent.length, 'bytes are counted as they leave')
    const before = framesOf(all)
    framesOf(sent).forEach((frame, i) => assert.ok(frame.length <= Math.max(maximum, (before[i] as Buffer).length), 'no packet too large is made'))
  }))
})
