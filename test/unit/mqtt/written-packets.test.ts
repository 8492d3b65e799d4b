import { test } from 'tap'
import {
  ACKNOWLEDGEMENT_SIZE, ACKNOWLEDGEMENT_WITH_REASON_SIZE, AcknowledgementHeader, faultOfAcknowledgement, packetIdAt, reasonCodeOf,
  writeAcknowledgement, writeAcknowledgementWithReason
} from '../../../src/mqtt/acknowledgement.ts'
import { readConnect } from '../../../src/mqtt/connect.ts'
import { encodeDisconnect, encodePingreq, encodePingresp } from '../../../src/mqtt/control.ts'
import { faultOfClientHeader } from '../../../src/mqtt/fixed-header.ts'
import { isViolation } from '../../../src/mqtt/violation.ts'

test('acknowledgements are written where they are wanted, and nowhere else', async t => {
  for (const [name, header] of Object.entries(AcknowledgementHeader)) {
    const into = Buffer.alloc(12, 0xee)
    t.equal(writeAcknowledgement(header, 0x1234, into, 3), 3 + ACKNOWLEDGEMENT_SIZE)
    t.equal(into.toString('hex'), `eeeeee${header.toString(16)}021234eeeeeeeeee`, name)
    t.equal(faultOfClientHeader(header, 4), null)
    t.equal(faultOfAcknowledgement(into, 5, 7, 4), null)
    t.equal(packetIdAt(into, 5), 0x1234)
    t.equal(writeAcknowledgementWithReason(header, 0xffff, 0x97, into, 3), 3 + ACKNOWLEDGEMENT_WITH_REASON_SIZE)
    t.equal(into.toString('hex'), `eeeeee${header.toString(16)}03ffff97eeeeeeee`, name)
    t.equal(faultOfAcknowledgement(into, 5, 8, 5), null)
    t.equal(reasonCodeOf(into, 5, 8), 0x97)
  }
})

test('packets without a body', async t => {
  t.same(encodePingreq(), Buffer.of(0xc0, 0))
  t.same(encodePingresp(), Buffer.of(0xd0, 0))
  t.same(encodeDisconnect(4, 0x8b), Buffer.of(0xe0, 0))
  t.same(encodeDisconnect(5), Buffer.of(0xe0, 0))
  t.same(encodeDisconnect(5, 0x8b), Buffer.of(0xe0, 1, 0x8b))
})

test('CONNECT keeps to the limits it is given', async t => {
  const of31 = Buffer.from([0, 6, ...Buffer.from('MQIsdp'), 3, 2, 0, 0, 0, 24, ...Buffer.alloc(24, 'x')])
  t.notOk(isViolation(readConnect(of31, 0, of31.length)))
  t.match(readConnect(of31, 0, of31.length, { maxTopicLevels: 10, maxClientIdOf31: 23 }), { returnCode: 2 })
  const will = Buffer.from([0, 4, ...Buffer.from('MQTT'), 4, 6, 0, 0, 0, 1, 0x78, 0, 5, ...Buffer.from('a/b/c'), 0, 0])
  t.notOk(isViolation(readConnect(will, 0, will.length, { maxTopicLevels: 3, maxClientIdOf31: 23 })))
  t.match(readConnect(will, 0, will.length, { maxTopicLevels: 2, maxClientIdOf31: 23 }), { clause: '' })
})

test('what is read of a CONNECT does not change with the buffer it came in', async t => {
  const bytes = Buffer.from([0, 4, ...Buffer.from('MQTT'), 4, 0xc6, 0, 0, 0, 1, 0x78, 0, 1, 0x74, 0, 1, 0x6d, 0, 1, 0x75, 0, 1, 0x70])
  const read = readConnect(bytes, 0, bytes.length)
  bytes.fill(0)
  t.match(read, { clientId: 'x', will: { payload: Buffer.from('m') }, username: 'u', password: Buffer.from('p') })
})
