/** Invariant 3: an acknowledgement leaves when every required bridge and the local sessions have the message as they promise, in the order of the PUBLISHes [MQTT-4.6.0-2]. */
import { type Test, test } from 'tap'
import { openBridgeJournal } from '../../src/bridge/up/bridge-journal.ts'
import type { SpoolConfig } from '../../src/config/model.ts'
import { silentLogger } from '../../src/logger.ts'
import { BridgeCounters } from '../../src/metrics/bridge-counters.ts'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import { plainTerms } from '../../src/relay/link.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { brokerFor, everything, gatekeeperOf } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { FaultyDisk } from '../support/faulty-disk.ts'
import { memoryStore } from '../support/memory-store.ts'
import { outboxOptions } from '../support/outbox-options.ts'
import { disconnect, pingreq, pubrel, publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'
import { ScriptedLink } from '../support/scripted-link.ts'
import { relayOf } from '../support/scripted-relay.ts'

const sixOf = (topicOf: (i: number) => string): Buffer[] => [1, 2, 3, 4, 5, 6].map(i => publish(topicOf(i), String(i), { qos: 1, id: i }))

test('rights that take their time keep the order of messages and of PUBACKs', async t => {
  const slow = { ...everything, publish: (entry: { name: string }) => entry.name === 'slow' ? new Promise<boolean>(resolve => setTimeout(resolve, 10, true)) : true }
  const { port } = await brokerFor(t, { gatekeeper: gatekeeperOf(slow) })
  const client = await RawClient.open(port)
  client.send(subscribe(1, ['#', 0]))
  await client.granted()
  client.send(...sixOf(i => i % 2 === 0 ? 'fast' : 'slow'))
  await client.until(() => client.deliveries().length === 6 && client.ids(4).length === 6, 'all of it')
  t.same(client.ids(4), [1, 2, 3, 4, 5, 6])
  t.same(client.deliveries().map(one => one.payload), ['1', '2', '3', '4', '5', '6'])
})

test('a DISCONNECT right behind an undecided PUBLISH does not lose it', async t => {
  const slow = { ...everything, publish: () => new Promise<boolean>(resolve => setTimeout(resolve, 20, true)) }
  const { port } = await brokerFor(t, { gatekeeper: gatekeeperOf(slow) })
  const subscriber = await RawClient.open(port, { clientId: 'subscriber' })
  subscriber.send(subscribe(1, ['#', 0]))
  await subscriber.granted()
  const client = await RawClient.open(port, { clientId: 'hasty', will: { topic: 'will' } })
  client.send(publish('a', 'x', { qos: 1, id: 1 }), disconnect())
  await client.ended()
  t.match(await subscriber.delivery(), { topic: 'a', payload: 'x' })
  subscriber.send(pingreq())
  await subscriber.next(13)
  t.same(subscriber.deliveries(), [], 'and the will is not published')
  t.same(client.ids(4), [1])
})

test('no PUBACK before every bridge has it safe, and none out of order', async t => {
  const relay = relayOf()
  const { port } = await brokerFor(t, { relay: relay.make })
  const client = await RawClient.open(port)
  relay.now.holds = true
  client.send(publish('up/a', '1', { qos: 1, id: 1 }), publish('here', '2', { qos: 1, id: 2 }), publish('up/a', '3', { qos: 2, id: 3 }), pingreq())
  await client.next(13)
  t.same(client.received, [])
  client.send(publish('up/a', '4', { qos: 1, id: 4 }))
  await eventually('they are taken', () => relay.now.admitted.length === 3)
  relay.now.makeSafe(2, 1)
  client.send(pingreq())
  await client.next(13)
  t.same(client.received, [], 'the last is safe, and those before it are not')
  relay.now.makeSafe(0, 1)
  client.send(pingreq())
  await client.next(13)
  t.same([client.ids(4), client.ids(5)], [[1, 2], []], 'the first is, and what waited for it alone')
  relay.now.makeSafe()
  await client.until(() => client.ids(4).length === 3, 'PUBACK')
  t.same([client.ids(4), client.ids(5)], [[1, 2, 4], [3]])
})

/** A broker with one bridge on `up/#`. */
async function bridged (t: Test, outbox: Outbox): Promise<RawClient> {
  const { port } = await brokerFor(t, {
    relay: interest => {
      const relay = createRelay({ interest })
      relay.attach(outbox, [{ filter: 'up/#', rename: null, qos: null, retain: null }])
      return relay
    }
  })
  return RawClient.open(port)
}

test('durability = remote: no PUBACK before the remote has acknowledged', async t => {
  const outbox = new Outbox(outboxOptions({ awaitRemote: true, schedule: flush => { setImmediate(flush) } }))
  const client = await bridged(t, outbox)
  const link = new ScriptedLink()
  outbox.linkUp(link, plainTerms)
  client.send(publish('up/a', 'x', { qos: 1, id: 1 }), pingreq())
  await client.next(13)
  await eventually('it is sent', () => outbox.underWay === 1)
  t.same(client.ids(4), [])
  outbox.puback(link.publishes()[0]?.packetId ?? 0, 0)
  await client.next(4)
})

test('durability = spool: PUBACK when it is on disk, or when the remote has it, whichever comes first', async t => {
  const disk = new FaultyDisk()
  const spool: SpoolConfig = { dir: '/j', fsync: 'always', spoolAfterMs: 0, maxBytes: 1e9, maxMessages: 1e6, maxAgeMs: 0, minFreeBytes: 0, onFull: 'backpressure' }
  const journal = await openBridgeJournal({ config: spool, counters: new BridgeCounters(), logger: silentLogger, disk })
  const outbox = new Outbox(outboxOptions({ journal, schedule: flush => { setImmediate(flush) } }))
  const lane = outbox.journaled(0)
  if (lane !== null) journal.serve(lane)
  t.teardown(async () => journal.close())
  const client = await bridged(t, outbox)
  disk.failSync = 'EIO'
  client.send(publish('up/a', 'first', { qos: 1, id: 1 }), publish('up/a', 'second', { qos: 1, id: 2 }))
  await eventually('the disk refuses', () => journal.disk.failing)
  client.send(pingreq())
  await client.next(13)
  t.same(client.received, [])

  const link = new ScriptedLink()
  outbox.linkUp(link, plainTerms)
  outbox.puback(link.publishes()[0]?.packetId ?? 0, 0)
  await client.next(4)
  client.send(pingreq())
  await client.next(13)
  t.same(client.received, [], 'the other is nowhere yet')
  outbox.linkDown()
  disk.failSync = null
  await client.next(4)
})

test('no PUBACK before the session of a subscriber that is away has it', async t => {
  const storing: (() => void)[] = []
  const { port } = await brokerFor(t, {
    store: interest => {
      const inner = memoryStore(interest)
      const enqueue = inner.outgoingEnqueueCombi.bind(inner)
      return Object.assign(inner, {
        outgoingEnqueueCombi: async (...given: Parameters<typeof enqueue>) => {
          await new Promise<void>(resolve => storing.push(resolve))
          return enqueue(...given)
        }
      })
    }
  })
  const subscriber = await RawClient.open(port, { clientId: 'away', clean: false })
  subscriber.send(subscribe(1, ['a', 1]))
  await subscriber.granted()
  subscriber.destroy()
  const client = await RawClient.open(port)
  client.send(publish('a', 'x', { qos: 1, id: 1 }))
  await eventually('it is being stored', () => storing.length === 1)
  client.send(pingreq())
  await client.next(13)
  t.same(client.ids(4), [])
  storing[0]?.()
  await client.next(4)
})

test('a full bridge takes nothing, and everything once it has room', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make })
  const client = await RawClient.open(port)
  relay.now.full = true
  client.send(...sixOf(i => i % 2 === 0 ? 'here' : 'up/a'))
  await eventually('it is held', () => counters.publishHeld === 1)
  t.same(relay.now.admitted, [])
  relay.now.makeRoom()
  await client.until(() => client.ids(4).length === 6, 'acknowledgements')
  t.same(client.ids(4), [1, 2, 3, 4, 5, 6])
  t.same(relay.now.admitted.map(one => one.payload), ['1', '3', '5'])
})

test('a QoS 0 message waits for room a bounded time, then goes without the bridge', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make, limits: { qos0WaitMs: 200 } })
  const client = await RawClient.open(port)
  client.send(subscribe(1, ['up/#', 0]))
  await client.granted()
  relay.now.full = true
  client.send(publish('up/a', 'late'), pingreq())
  t.match(await client.delivery(), { payload: 'late' }, 'local subscribers get it')
  t.equal(counters.publishDroppedQos0, 1)
  t.same(relay.now.admitted, [])
})

test('more than may be owed stops the reading until half of it is given', async t => {
  const relay = relayOf()
  const { port, counters } = await brokerFor(t, { relay: relay.make, limits: { maxOwedAcknowledgements: 4 } })
  const client = await RawClient.open(port)
  relay.now.holds = true
  client.send(...sixOf(() => 'up/a'))
  await eventually('four are taken', () => counters.publishReceivedQos1 === 4)
  relay.now.makeSafe()
  await eventually('the others are taken', () => counters.publishReceivedQos1 === 6)
  relay.now.makeSafe()
  await client.until(() => client.ids(4).length === 6, 'acknowledgements')
  t.same(client.ids(4), [1, 2, 3, 4, 5, 6])
})

test('a denied message is acknowledged and discarded, or ends the connection', async t => {
  const denying = { ...everything, publish: () => false }
  const ignoring = await brokerFor(t, { gatekeeper: gatekeeperOf(denying) })
  const client = await RawClient.open(ignoring.port)
  client.send(subscribe(1, ['#', 0]), publish('a', 'x', { qos: 1, id: 1 }), publish('a', 'x'), publish('a', 'x', { qos: 2, id: 2 }), pubrel(2), pingreq())
  await client.next(13)
  t.same(client.received.map(one => one.type), [9, 4, 5, 7])
  t.equal(ignoring.counters.publishDenied, 3)

  const ending = await brokerFor(t, { gatekeeper: gatekeeperOf(denying, 'disconnect') })
  const other = await RawClient.open(ending.port)
  other.send(publish('a', 'x', { qos: 1, id: 1 }))
  await other.ended()
  t.same(other.received, [])
})

test('acknowledgements of one chunk leave in one write', async t => {
  const { port } = await brokerFor(t)
  const client = await RawClient.open(port)
  let chunks = 0
  client.stream.on('data', () => chunks++)
  client.send(...Array.from({ length: 300 }, (_, i) => publish('a', 'x', { qos: 1, id: i + 1 })))
  await client.until(() => client.ids(4).length === 300, 'acknowledgements')
  t.ok(chunks <= 4, `${chunks} chunks`)
})
