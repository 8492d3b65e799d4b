import { test } from 'tap'
import { PacketType } from '../../../src/mqtt/packet-type.ts'
import { faultOfAcknowledgement5 } from '../../../src/mqtt/v5/client-packets.ts'

test('an acknowledgement that ends inside its packet identifier is refused, whatever stands behind it', t => {
  const behind = Buffer.from([0, 7, 0, 0])
  for (const type of [PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP]) {
    for (const end of [0, 1]) t.match(faultOfAcknowledgement5(type, behind, 0, end), { clause: 'MQTT-3.4.2' }, `${end} bytes`)
    t.equal(faultOfAcknowledgement5(type, behind, 0, 2), null)
  }
  t.end()
})
