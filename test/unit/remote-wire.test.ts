import { test } from 'tap'
import { packet, publish, u16 } from '../support/packets.ts'
import { RemoteWire } from '../soak/remote-wire.ts'

test('only a message that comes again after its PUBREL is laid at the remote\'s door', async t => {
  const wire = new RemoteWire()
  const first = wire.connection()
  first(publish('a', '1', { qos: 2, id: 1 }))
  first(publish('a', '2', { qos: 2, id: 2 }))
  first(packet(0x62, u16(1)))
  const second = wire.connection()
  second(publish('a', '2', { qos: 2, id: 2, dup: true }))
  t.same([...wire.repeated], [], 'before PUBREL it must come again')
  second(publish('a', '1', { qos: 2, id: 1, dup: true }))
  t.same([...wire.repeated], ['a 1'])
})
