/** A bridge in memory that is full of what has expired holds nobody up, though its remote is away [MQTT-3.3.2-5]. */
import { type Test, test } from 'tap'
import { BridgeCounters } from '../../src/metrics/bridge-counters.ts'
import { createRelay } from '../../src/relay/bridge-relay.ts'
import { Outbox } from '../../src/relay/outbox.ts'
import { type TestBroker, brokerFor } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { outboxOptions } from '../support/outbox-options.ts'
import { expiry, open5, publish5 } from '../support/packets-5.ts'

interface Site extends TestBroker {
  readonly outbox: Outbox
  readonly bridge: BridgeCounters
}

/** A required bridge without a link, with room for four messages. */
async function site (t: Test): Promise<Site> {
  const bridge = new BridgeCounters()
  const outbox = new Outbox(outboxOptions({ level: 5, maxCount: 4, counters: bridge, schedule: flush => setImmediate(flush) }))
  const broker = await brokerFor(t, {
    relay: interest => {
      const relay = createRelay({ interest })
      relay.attach(outbox, [{ filter: 'up/#', rename: null, qos: null, retain: null }])
      return relay
    }
  })
  t.teardown(() => outbox.close())
  return { ...broker, outbox, bridge }
}

test('a device that is held goes on when what was there has expired', async t => {
  const { port, counters, outbox, bridge } = await site(t)
  const device = await open5(port)
  const sent = ['1', '2', '3', '4', '5', '6', '7'].map((payload, i) => publish5('up/a', payload, { qos: 1, id: i + 1, properties: [expiry(i < 4 ? 1 : 100)] }))
  const since = performance.now()
  device.send(...sent)
  for (let id = 1; id <= 4; id++) t.equal((await device.next(4)).body.readUInt16BE(0), id)
  await eventually('it is held', () => counters.publishHeld === 1)
  for (let id = 5; id <= 7; id++) t.equal((await device.next(4)).body.readUInt16BE(0), id)
  t.ok(performance.now() - since >= 950, 'not before')
  t.match({ expired: bridge.droppedExpired, waiting: outbox.queued }, { expired: 4, waiting: 3 })
})

test('what has not expired, or does not, keeps its place, and who is held stays held', async t => {
  const { port, counters, outbox, bridge } = await site(t)
  const device = await open5(port)
  device.send(publish5('up/a', 'for ever', { qos: 1, id: 1 }), ...[2, 3, 4, 5].map(id => publish5('up/a', `${id}`, { qos: 1, id, properties: [expiry(1)] })))
  for (let id = 1; id <= 4; id++) await device.next(4)
  await eventually('it is held', () => counters.publishHeld === 1)
  await new Promise(resolve => setTimeout(resolve, 1200)) // what is tested is the passing of time
  t.match({ expired: bridge.droppedExpired, waiting: outbox.queued }, { expired: 0, waiting: 4 })
  t.same(device.received, [], 'order is kept: what came first goes first')
})
