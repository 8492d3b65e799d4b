/** What waits for a session: identifiers, repetitions, overlapping subscriptions, limits. */
import { test } from 'tap'
import { OfflineQueue } from '../../../../src/broker/persistence/offline-queue.ts'
import type { QueueLimits } from '../../../../src/broker/persistence/offline-queue.ts'
import type { PublishPacket } from '../../../../src/broker/persistence/packet.ts'

function packet (brokerCounter: number, over: Partial<PublishPacket> = {}): PublishPacket {
  return {
    cmd: 'publish', brokerId: 'b', brokerCounter, topic: 't', payload: Buffer.from(`${brokerCounter}`), qos: 1, retain: false, dup: false, messageId: undefined, ...over
  }
}

function queue (limits: Partial<QueueLimits> = {}): { queue: OfflineQueue, seen: string[] } {
  const seen: string[] = []
  return {
    seen,
    queue: new OfflineQueue({ messages: 100, bytes: 1_000_000, ...limits }, {
      added: sequence => seen.push(`+${sequence}`),
      changed: sequence => seen.push(`~${sequence}`),
      removed: sequence => seen.push(`-${sequence}`)
    })
  }
}

const payloads = (of: OfflineQueue): string[] => of.packets().map(one => one.cmd === 'pubrel' ? `rel ${one.messageId}` : one.payload.toString())

test('what has expired makes room for what has not; what was sent stays until it is acknowledged [MQTT-4.3.3-7]', async t => {
  let now = 1_000
  const removed: string[] = []
  const q = new OfflineQueue({ messages: 3, bytes: 1_000_000 }, { added () {}, changed () {}, removed: (sequence, hasExpired) => removed.push(`${sequence} ${hasExpired}`) }, () => now)
  q.enqueue(packet(1, { messageExpiry: 2_000 }))
  q.enqueue(packet(2, { messageExpiry: 2_000 }))
  q.enqueue(packet(3, { messageExpiry: 9_000 }))
  q.sending(packet(1, { messageId: 5 }))
  t.equal(q.enqueue(packet(4)), false)
  now = 2_000
  t.equal(q.enqueue(packet(5)), true)
  t.strictSame(payloads(q), ['1', '3', '5'])
  t.equal(q.enqueue(packet(6)), false)
  now = 9_000
  q.expire()
  t.strictSame(payloads(q), ['1', '5'])
  t.ok(q.acknowledged(5))
  t.strictSame(removed, ['2 true', '3 true', '1 false'])
})

test('in order, from publication to acknowledgement', async t => {
  const { queue: q, seen } = queue()
  for (const n of [1, 2, 3]) q.enqueue(packet(n))
  t.strictSame(payloads(q), ['1', '2', '3'])
  const sent = packet(2, { messageId: 77 })
  q.sending(sent)
  t.equal(sent.dup, false)
  t.match(q.acknowledged(77), { brokerCounter: 2 })
  t.equal(q.acknowledged(77), undefined, 'once')
  t.strictSame(payloads(q), ['1', '3'])
  t.strictSame(seen, ['+1', '+2', '+3', '~2', '-2'])
  q.clear()
  t.strictSame([q.length, q.bytes], [0, 0])
})

test('sent again with the identifier it had, it is a repetition', async t => {
  const { queue: q } = queue()
  q.enqueue(packet(1))
  q.sending(packet(1, { messageId: 5 }))
  const again = packet(1, { messageId: 5 })
  q.sending(again)
  t.equal(again.dup, true)
  t.match(q.packets()[0], { dup: false, messageId: 5 })
})

test('an identifier in use is exchanged for a free one', async t => {
  const { queue: q } = queue()
  for (const n of [1, 2, 3]) q.enqueue(packet(n))
  const ids = [1, 2, 3].map(n => {
    const sent = packet(n, { messageId: 1 })
    q.sending(sent)
    return sent.messageId
  })
  t.equal(new Set(ids).size, 3)
  for (const id of ids) t.ok(q.acknowledged(id ?? 0))
  t.equal(q.length, 0)
})

test('QoS 2: PUBREC leaves the release, PUBCOMP ends it; two releases are two', async t => {
  const { queue: q } = queue()
  for (const n of [1, 2]) {
    q.enqueue(packet(n, { qos: 2 }))
    q.sending(packet(n, { qos: 2, messageId: n }))
  }
  q.releasing(1)
  q.releasing(2)
  q.releasing(1)
  t.strictSame(payloads(q), ['rel 1', 'rel 2'])
  t.match(q.acknowledged(1), { cmd: 'pubrel' })
  t.strictSame(payloads(q), ['rel 2'])
  q.releasing(9)
  t.strictSame(payloads(q), ['rel 2', 'rel 9'], 'a retained message was not queued; its release is')
})

test('a refused delivery clears its own message, and no other', async t => {
  const { queue: q } = queue()
  for (const n of [1, 2, 3]) q.enqueue(packet(n))
  q.declined(packet(2))
  t.strictSame(payloads(q), ['1', '3'])
  q.declined(packet(9))
  q.declined({})
  q.declined({ brokerId: null })
  t.strictSame(payloads(q), ['1', '3'])
})

test('two subscriptions that match: kept once', async t => {
  const { queue: q } = queue()
  q.enqueue(packet(1))
  q.enqueue(packet(1))
  t.equal(q.length, 1)
  q.sending(packet(1, { messageId: 4 }))
  t.match(q.acknowledged(4), { brokerCounter: 1 })
  t.equal(q.length, 0)
})

test('what is taken up in the moment it is sent is kept as it was published, without a block for one device', async t => {
  const { queue: q } = queue()
  q.sending(packet(1, { messageId: 4, payload: Buffer.from([0, 7]), properties: { raw: Buffer.from([1, 1]), bare: Buffer.from([7]) } }))
  t.match(q.packets()[0], { payload: Buffer.from([7]), properties: { raw: Buffer.from([1, 1]) } })
  t.notOk('bare' in (q.packets()[0] as PublishPacket & { properties: object }).properties)
})

test('without room the newest is refused, by number and by bytes; what is there stays', async t => {
  const few = queue({ messages: 2 })
  t.strictSame([1, 2, 3].map(n => few.queue.enqueue(packet(n))), [true, true, false])
  t.strictSame(payloads(few.queue), ['1', '2'])
  few.queue.declined(packet(1))
  t.equal(few.queue.enqueue(packet(4)), true, 'room again')
  const small = queue({ bytes: 1_000 })
  t.equal(small.queue.enqueue(packet(1, { payload: Buffer.alloc(500) })), true)
  t.equal(small.queue.enqueue(packet(2, { payload: Buffer.alloc(500) })), false)
  t.ok(small.queue.bytes <= 1_000)
})

test('a message that was published before the session was stored is taken up when it is sent', async t => {
  const { queue: q } = queue()
  const sent = packet(1, { messageId: 8 })
  q.sending(sent)
  t.equal(q.length, 1)
  t.ok(q.acknowledged(8))
})

test('restored entries keep their place, newer ones come behind', async t => {
  const { queue: q, seen } = queue()
  q.restore(7, packet(7, { brokerId: 'restored', messageId: 3 }))
  q.restore(9, { cmd: 'pubrel', messageId: 4 })
  q.enqueue(packet(1))
  t.strictSame(payloads(q), ['7', 'rel 4', '1'])
  t.strictSame(seen, ['+10'])
  t.ok(q.acknowledged(3))
  t.ok(q.acknowledged(4))
})
