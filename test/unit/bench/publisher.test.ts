/** The frames a publisher writes are MQTT as mqtt-packet reads it, and only as many as schedule and window allow. */
import { PassThrough } from 'node:stream'
import { type IPublishPacket, type Packet, parser } from 'mqtt-packet'
import { test } from 'tap'
import { intendedOf, publisherOf, sequenceOf } from '../../../src/bench/wire/message-stamp.ts'
import { Publisher } from '../../../src/bench/wire/publisher.ts'
import type { Workload } from '../../../src/bench/wire/workload.ts'

const plain: Workload = { qos: 0, payload: 16, connections: 2, topics: 2, batch: 8, rate: null, window: 10, count: null, level: 4 }

function publisherOn (change: Partial<Workload>, place = 1): { publisher: Publisher, packets: () => IPublishPacket[], reconnect: () => void } {
  const workload = { ...plain, ...change }
  const publisher = new Publisher({ workload, topicPrefix: 'bench/', run: 3, place, wake: () => {}, late: () => {} })
  let chunks: Buffer[] = []
  const connect = (): void => {
    chunks = []
    const socket = new PassThrough({ highWaterMark: 1 << 26 })
    socket.on('data', (chunk: Buffer) => chunks.push(Buffer.from(chunk)))
    publisher.attach(socket)
  }
  connect()
  const packets = (): IPublishPacket[] => {
    const found: Packet[] = []
    const reader = parser({ protocolVersion: workload.level })
    reader.on('packet', packet => found.push(packet))
    reader.parse(Buffer.concat(chunks))
    return found.filter(packet => packet.cmd === 'publish')
  }
  return { publisher, packets, reconnect: connect }
}

const settled = async (): Promise<void> => new Promise(resolve => setImmediate(resolve))

for (const level of [4, 5] as const) {
  for (const qos of [0, 1, 2] as const) {
    test(`frames of QoS ${qos} on level ${level}`, async t => {
      const { publisher, packets } = publisherOn({ qos, level, payload: 40, count: 12 })
      publisher.start(1000)
      publisher.send(5000)
      await settled()
      const found = packets()
      t.equal(found.length, 6, 'half of the count: there are two connections')
      for (const [place, { topic, payload, qos: its, messageId }] of found.entries()) {
        const bytes = Buffer.from(payload)
        t.match({ topic, its, length: bytes.length }, { topic: 'bench/0000001', its: qos, length: 40 })
        t.strictSame([publisherOf(bytes, 0), sequenceOf(bytes, 0), intendedOf(bytes, 0)], [1, place, 5000])
        t.equal(messageId === undefined, qos === 0)
      }
      t.equal(new Set(found.map(({ messageId }) => messageId)).size, qos === 0 ? 1 : 6, 'identifiers differ')
      t.ok(publisher.exhausted)
    })
  }
}

test('the window holds until an acknowledgement comes', async t => {
  const { publisher, packets } = publisherOn({ qos: 1, window: 3 })
  publisher.start(0)
  publisher.send(1)
  await settled()
  t.equal(packets().length, 3)
  publisher.completed(packets()[0]?.messageId ?? 0)
  publisher.completed(9)
  t.match(publisher, { acknowledged: 1, unacknowledged: 2 }, 'an identifier nobody waits for is nothing')
  publisher.send(2)
  await settled()
  t.equal(packets().length, 4)
})

test('the schedule is kept whatever the delay, and says when each message was due', async t => {
  const { publisher, packets } = publisherOn({ connections: 1, topics: 1, rate: 1000 }, 0)
  publisher.start(10_000)
  publisher.send(10_000)
  publisher.send(10_999)
  t.equal(publisher.sent, 1)
  publisher.send(14_500)
  await settled()
  t.strictSame(packets().map(({ payload }) => intendedOf(Buffer.from(payload), 0)), [10_000, 11_000, 12_000, 13_000, 14_000])
})

test('topics are gone through in turn when there are more than connections', async t => {
  const { publisher, packets } = publisherOn({ topics: 5, count: 12 })
  publisher.start(0)
  publisher.send(0)
  await settled()
  t.strictSame(packets().map(({ topic }) => Number(topic.slice(6))), [1, 3, 0, 2, 4, 1])
})

test('what was unanswered goes out again on the next connection, in order', async t => {
  const { publisher, packets, reconnect } = publisherOn({ qos: 2, window: 4 })
  publisher.start(0)
  publisher.send(1)
  await settled()
  const [first, second, third] = packets()
  publisher.recorded(first?.messageId ?? 0)
  publisher.completed(second?.messageId ?? 0)
  publisher.detach()
  reconnect()
  await settled()
  t.strictSame(packets().map(({ payload }) => sequenceOf(Buffer.from(payload), 0)), [2, 3])
  t.equal(packets()[0]?.messageId, third?.messageId)
  t.equal(publisher.acknowledged, 2, 'after PUBREC a message is the other side\'s')
})
