/** Invariant 7: a device that publishes is alive, one that we paused is not timed out, a silent one is. For links: bridge-finds-out-a-dead-link. */
import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { connect, pingreq, publish } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { relayOf } from '../support/scripted-relay.ts'

const seconds = async (count: number): Promise<void> => { await new Promise(resolve => setTimeout(resolve, count * 1000)) }

test('a silent device is cut off in time, one that publishes or wants no keep-alive is not', async t => {
  const { port, counters } = await brokerFor(t)
  const silent = async (): Promise<void> => {
    const client = await RawClient.open(port, { clientId: 'silent', keepAlive: 1 })
    const start = performance.now()
    await client.ended()
    const lived = performance.now() - start
    t.ok(lived >= 1450 && lived < 10_000, `it lived ${lived} ms`)
  }
  const without = async (): Promise<void> => {
    const client = await RawClient.open(port, { clientId: 'without', keepAlive: 0 })
    await seconds(3)
    t.notOk(client.closed, 'without a keep-alive it may be silent')
  }
  const publishing = async (): Promise<void> => {
    const client = await RawClient.open(port, { clientId: 'publishing', keepAlive: 1 })
    for (let i = 0; i < 6; i++) {
      client.send(publish('quiet', 'x'))
      await seconds(0.5)
    }
    t.notOk(client.closed, 'a device that publishes is alive')
  }
  await Promise.all([silent(), without(), publishing()])
  t.equal(counters.keepaliveTimeouts, 1)
})

test('one that is held because a bridge is full gets its pings answered', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make })
  const client = await RawClient.open(port, { clientId: 'held', keepAlive: 1 })
  relay.now.full = true
  client.send(publish('up/a', 'x', { qos: 1, id: 1 }), publish('up/a', 'y', { qos: 1, id: 2 }), pingreq())
  await client.next(13)
  for (let i = 0; i < 3; i++) {
    await seconds(0.7)
    client.send(pingreq())
    await client.next(13)
  }
  t.same(client.ids(4), [], 'nothing is acknowledged')
  relay.now.makeRoom()
  await client.until(() => client.ids(4).length === 2, 'acknowledgements')
  client.send(pingreq())
  await client.next(13)
  t.same(client.received.map(one => one.type), [4, 4], 'each ping was answered once')
  t.equal(counters.keepaliveTimeouts, 0)
})

test('one whose socket we do not read is not timed out', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make })
  relay.now.full = true
  const client = await RawClient.open(port, { clientId: 'paused', keepAlive: 1 })
  const payload = Buffer.alloc(10_000)
  client.send(...Array.from({ length: 100 }, (_, i) => publish('up/a', payload, { qos: 1, id: i + 1 })))
  await eventually('it is not read', () => counters.socketsPaused === 1)
  await seconds(3)
  t.notOk(client.closed)
  relay.now.makeRoom()
  await client.until(() => client.ids(4).length === 100, 'acknowledgements')
  await client.ended()
  t.equal(counters.keepaliveTimeouts, 1, 'now it is silent by itself')
})

test('no CONNECT in time ends the connection', async t => {
  const { port, counters } = await brokerFor(t, { limits: { connectTimeoutMs: 600 } })
  const client = await RawClient.dial(port)
  client.send(connect().subarray(0, 5))
  await client.ended()
  t.equal(counters.connectTimeouts, 1)
})

test('a keep-alive longer than the limit, or none, is treated as the limit', async t => {
  const { port, counters } = await brokerFor(t, { limits: { maxKeepaliveSeconds: 1 } })
  const clients = [await RawClient.open(port, { clientId: 'long', keepAlive: 600 }), await RawClient.open(port, { clientId: 'none' })]
  await Promise.all(clients.map(client => client.ended()))
  t.equal(counters.keepaliveTimeouts, 2)
})
