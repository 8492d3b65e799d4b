/** Invariant 6: a named limit, a counter and a stated policy for everything that a peer can make grow. */
import { test } from 'tap'
import { createLogger } from '../../src/logger.ts'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { connect, packet, pingreq, publish, subscribe, text } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { Writable } from 'node:stream'
import { SessionStore } from '../../src/broker/persistence/session-store.ts'
import { generousLimits, storeOptions } from '../support/session-store.ts'

test('connections, in all and from one address', async t => {
  const { port, counters } = await brokerFor(t, { limits: { maxConnections: 3 } })
  const inside = await Promise.all([1, 2, 3].map(i => RawClient.open(port, { clientId: `c${i}` })))
  const refused = await RawClient.dial(port)
  await refused.ended()
  t.equal(counters.refusedConnectionLimit, 1)
  inside[0]?.destroy()
  await eventually('one has left', () => counters.connections === 2)
  await RawClient.open(port, { clientId: 'next' })

  const perAddress = await brokerFor(t, { limits: { maxConnectionsPerAddress: 1 } })
  await RawClient.open(perAddress.port)
  const second = await RawClient.dial(perAddress.port)
  await second.ended()
  t.equal(perAddress.counters.refusedAddressLimit, 1)
})

test('CONNECTs per second: the rest is told that the server is not available', async t => {
  const { port, counters } = await brokerFor(t, { limits: { maxConnectRate: 2 } })
  const codes: (number | undefined)[] = []
  for (let i = 0; i < 4; i++) {
    const client = await RawClient.dial(port)
    client.send(connect({ clientId: `c${i}` }))
    codes.push((await client.next(2)).body[1])
  }
  t.same(codes, [0, 0, 3, 3])
  t.equal(counters.refusedConnectRate, 2)
})

test('stored sessions: who has none yet is told so at CONNECT, and may come without one', async t => {
  const { port, counters } = await brokerFor(t, { store: interest => new SessionStore(storeOptions({ interest, limits: { ...generousLimits, maxSessions: 1 } })) })
  const stored = await RawClient.open(port, { clientId: 'stored', clean: false })
  stored.send(subscribe(1, ['a', 1]))
  t.same(await stored.granted(), [1])
  const late = await RawClient.dial(port)
  late.send(connect({ clientId: 'late', clean: false }))
  t.equal((await late.next(2)).body[1], 3)
  await late.ended()
  t.equal(counters.connectsRefused, 1)
  await RawClient.open(port, { clientId: 'late' })
  await RawClient.open(port, { clientId: 'stored', clean: false })
})

test('the size of a packet, told before it has arrived', async t => {
  const { port, counters } = await brokerFor(t, { mqtt: { maxPacketSize: 1000 } })
  const client = await RawClient.open(port)
  client.send(publish('a', Buffer.alloc(980)), pingreq())
  await client.next(13)
  client.send(publish('a', Buffer.alloc(2000)).subarray(0, 4))
  await client.ended()
  t.equal(counters.packetsTooLarge, 1)
})

test('incomplete packets of all connections together: the one that holds most goes', async t => {
  const { port, counters } = await brokerFor(t, { limits: { partialFrameBytes: 300_000 } })
  const small = await RawClient.open(port, { clientId: 'small' })
  const frame = publish('a', Buffer.alloc(50_000), { qos: 1, id: 1 })
  small.send(frame.subarray(0, 30_000))
  const large = await RawClient.open(port, { clientId: 'large' })
  large.send(publish('a', Buffer.alloc(900_000)).subarray(0, 250_000))
  await large.until(() => large.stream.writableLength === 0, 'sending').catch(() => {})
  const last = await RawClient.open(port, { clientId: 'last' })
  last.send(publish('a', Buffer.alloc(900_000)).subarray(0, 100_000))
  await eventually('one is evicted', () => counters.partialFrameEvictions > 0)
  small.send(frame.subarray(30_000))
  await small.next(4)
  t.notOk(small.closed)
})

test('subscriptions of a client: one too many is refused, one that it has is not', async t => {
  const { port, counters } = await brokerFor(t, { limits: { maxSubscriptionsPerClient: 2 } })
  const client = await RawClient.open(port)
  client.send(subscribe(1, ['a', 0], ['b', 0]), subscribe(2, ['c', 0]), subscribe(3, ['b', 1]))
  t.same(await client.granted(), [0, 0])
  t.same(await client.granted(), [0x80])
  t.same(await client.granted(), [1])
  t.equal(counters.subscribeOverLimit, 1)
  client.send(subscribe(4, ['d', 0], ['e', 0], ['f', 0]))
  await client.ended()
})

test('the size of a will', async t => {
  const { port } = await brokerFor(t, { limits: { maxWillSize: 10 } })
  const client = await RawClient.dial(port)
  client.send(connect({ will: { topic: 'w', payload: 'x'.repeat(11) } }))
  t.same([...(await client.next(2)).body], [0, 5])
  await client.ended()
})

test('a flood of offences is one log line, and later a count', async t => {
  const lines: Record<string, unknown>[] = []
  const out = new Writable({ write: (chunk: Buffer, _encoding, done) => { lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>); done() } })
  const { port, counters } = await brokerFor(t, { logger: createLogger({ level: 'warn', readable: false, out }) })
  for (let i = 0; i < 20; i++) {
    const client = await RawClient.open(port, { clientId: 'evil\u001b[2J' })
    client.send(packet(0x30, text('a/#')))
    await client.ended()
  }
  t.equal(counters.violations, 20)
  t.match(lines, [{ level: 'warn', clause: 'MQTT-3.3.2-2', clientId: 'evil\u001b[2J', address: '127.0.0.1', listener: 'tcp' }])
  t.equal(lines.length, 1)
})
