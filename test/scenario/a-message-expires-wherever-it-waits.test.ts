/** Message Expiry Interval: counted down for who gets it late, and nothing for who would get it too late [MQTT-3.3.2-5] [MQTT-3.3.2-6]. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Test, test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { packet, puback, subscribe } from '../support/packets.ts'
import { type Delivery5, codes5, delivery5, expiry, open5, publish5, sessionExpiry, subscribe5 } from '../support/packets-5.ts'
import { RawClient } from '../support/raw-client.ts'

/** One that is over in the second that passes, one that is not, one without. */
async function publishAll (t: Test, port: number, retain: boolean): Promise<void> {
  const sender = await open5(port, { clientId: 'sender' })
  sender.send(publish5('e/short', 'short', { qos: 1, id: 1, retain, properties: [expiry(1)] }), publish5('e/long', 'long', { qos: 1, id: 2, retain, properties: [expiry(60)] }), publish5('e/none', 'none', { qos: 1, id: 3, retain }))
  for (let i = 0; i < 3; i++) await sender.next(4)
  await delay(1100) // what is tested is the passing of time
  t.notOk(sender.closed)
}

/** Everything that comes, each acknowledged. */
async function all (client: RawClient): Promise<Delivery5[]> {
  const got: Delivery5[] = []
  for (;;) {
    client.send(packet(0xc0))
    await client.next(13)
    const more = client.received.splice(0).filter(({ type }) => type === 3).map(delivery5)
    if (more.length === 0) return got
    for (const one of more) if (one.qos > 0) client.send(puback(one.id))
    got.push(...more)
  }
}

const short = (got: readonly Delivery5[]): string[] => got.map(({ payload, properties }) => `${payload} ${properties}`).sort()
const stillGood = [/^long 020000003[ab]$/, /^none $/]

test('while the device has no room for more [MQTT-3.3.4-9]', async t => {
  const { port } = await brokerFor(t)
  const device = await open5(port, { clientId: 'device', properties: [[0x21, 0, 1]] })
  device.send(subscribe5(1, [['#', 1]]))
  await codes5(device)
  const other = await open5(port, { clientId: 'other' })
  other.send(publish5('first', 'fills the window', { qos: 1, properties: [expiry(1)] }))
  await other.next(4)
  await publishAll(t, port, false)
  const [first, ...rest] = await all(device)
  t.equal(first?.payload, 'fills the window', 'what was sent in time is not taken back [MQTT-4.3.3-7]')
  t.match(short(rest), stillGood)
})

test('in the queue of its session, for a device of 3.1.1 too', async t => {
  const { port } = await brokerFor(t)
  const five = await open5(port, { clientId: 'five', properties: [sessionExpiry(60)] })
  const four = await RawClient.open(port, { clientId: 'four', clean: false })
  five.send(subscribe5(1, [['e/#', 1]]))
  four.send(subscribe(1, ['e/#', 1]))
  await codes5(five)
  await four.granted()
  for (const one of [five, four]) {
    one.send(packet(0xe0))
    await one.ended()
  }
  await publishAll(t, port, false)
  t.match(short(await all(await open5(port, { clientId: 'five', clean: false, properties: [sessionExpiry(60)] }))), stillGood)
  const again = await RawClient.open(port, { clientId: 'four', clean: false })
  t.same([await again.delivery(), await again.delivery()].map(({ payload }) => payload), ['long', 'none'])
})

test('as a retained message', async t => {
  const { port } = await brokerFor(t)
  await publishAll(t, port, true)
  const five = await open5(port, { clientId: 'five' })
  five.send(subscribe5(1, [['e/#', 0]]))
  await codes5(five)
  t.match(short(await all(five)), stillGood)
  const four = await RawClient.open(port, { clientId: 'four' })
  four.send(subscribe(1, ['e/#', 0]))
  t.same([await four.delivery(), await four.delivery()].map(({ payload }) => payload).sort(), ['long', 'none'])
})
