import { test } from 'tap'
import { brokerFor, everything, gatekeeperOf } from '../support/broker.ts'
import { eventually } from '../support/eventually.ts'
import { connect, pingreq, publish, subscribe } from '../support/packets.ts'
import { RawClient } from '../support/raw-client.ts'

/** Lets nobody in before the test says so. */
function slowGatekeeper (): { gatekeeper: ReturnType<typeof gatekeeperOf>, open: () => void } {
  let open = (): void => {}
  const opened = new Promise<void>(resolve => { open = resolve })
  const gatekeeper = { ...gatekeeperOf(everything), authenticate: async () => opened.then(() => ({ allow: true as const, rights: everything })) }
  return { gatekeeper, open: () => open() }
}

test('fifty early PUBLISHes and a PINGREQ survive, behind CONNACK and in order', async t => {
  const { gatekeeper, open } = slowGatekeeper()
  const { port, counters } = await brokerFor(t, { gatekeeper })
  const client = await RawClient.dial(port)
  const early = Array.from({ length: 50 }, (_, i) => publish('early', String(i), { qos: 1, id: i + 1 }))
  client.send(connect(), subscribe(1, ['early', 1]), ...early, pingreq())
  await eventually('the broker has the bytes', () => client.stream.writableLength === 0)
  t.equal(counters.publishReceivedQos1, 0)
  open()
  await client.next(13)
  await client.until(() => client.deliveries().length === 50, 'all deliveries')
  t.equal(client.received[0]?.type, 2, 'CONNACK is first')
  t.same(client.ids(4), early.map((_, i) => i + 1))
  t.same(client.deliveries().map(one => one.payload), early.map((_, i) => String(i)))
})

test('what an unknown device sends early is not read beyond a bound', async t => {
  const { gatekeeper, open } = slowGatekeeper()
  const { port, counters } = await brokerFor(t, { gatekeeper })
  const client = await RawClient.dial(port)
  const payload = Buffer.alloc(60_000)
  const count = 400
  client.send(connect())
  for (let i = 0; i < count; i++) client.send(publish('early', payload, { qos: 1, id: i + 1 }))
  await eventually('it is not read any more', () => counters.socketsPaused === 1)
  t.ok(client.stream.writableLength > 1_000_000, 'the rest waits on the side of the device')
  open()
  await client.until(() => client.ids(4).length === count, 'all acknowledgements')
  t.same(client.ids(4), Array.from({ length: count }, (_, i) => i + 1))
})

test('nothing is delivered to a resuming session before its CONNACK', async t => {
  const { port } = await brokerFor(t)
  const first = await RawClient.open(port, { clientId: 'resuming', clean: false })
  first.send(subscribe(1, ['flow', 1]))
  await first.granted()
  first.destroy()
  const publisher = await RawClient.open(port, { clientId: 'publisher' })
  for (let round = 0; round < 20; round++) {
    publisher.send(...Array.from({ length: 20 }, (_, i) => publish('flow', String(i), { qos: 1, id: i + 1 })))
    const client = await RawClient.dial(port)
    client.send(connect({ clientId: 'resuming', clean: false }))
    await client.until(() => client.received.length > 0, 'CONNACK')
    t.equal(client.received[0]?.type, 2)
    client.destroy()
  }
})
