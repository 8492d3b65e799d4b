import { test } from 'tap'
import { brokerFor } from '../support/broker.ts'
import { open5, publish5, reason5, subscribe5, unsubscribe5 } from '../support/packets-5.ts'

const maximumPacketSize = (bytes: number): number[] => [0x27, 0, 0, 0, bytes]
const filters = (count: number): string[] => Array.from({ length: count }, (_, i) => `f/${i}`)
/** Header, packet identifier, no properties, and a code for each. */
const answered = (bytes: number): number => bytes - 5

test('SUBSCRIBE and UNSUBSCRIBE with more filters than the device takes answers for: 0x95 [MQTT-3.1.2-24]', async t => {
  const { port, interest } = await brokerFor(t)
  const most = answered(40)
  const device = await open5(port, { clientId: 'dev', properties: [maximumPacketSize(40)] })
  device.send(subscribe5(1, filters(most).map(filter => [filter, 1])))
  t.equal((await device.next(9)).body.length, 38, 'as large as it may be')
  device.send(unsubscribe5(2, ...filters(most)))
  t.equal((await device.next(11)).body.length, 38)
  device.send(subscribe5(3, filters(most + 1).map(filter => [filter, 1])))
  t.equal(await reason5(device), 0x95)
  t.notOk(interest.wants('f/0'), 'none of them was made')

  const other = await open5(port, { clientId: 'other', properties: [maximumPacketSize(40)] })
  other.send(subscribe5(1, [['f/0', 1]]))
  await other.next(9)
  other.send(publish5('f/0', 'before', { qos: 1 }), unsubscribe5(2, ...filters(most + 1)))
  t.equal(await reason5(other), 0x95)
})
