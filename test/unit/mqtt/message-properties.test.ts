/** Properties on their way through: found and left out by their place, and nothing of a broken block is read past its end. */
import { test } from 'tap'
import { carriedProperties, messageExpiryAt } from '../../../src/mqtt/v5/message-properties.ts'
import { ABSENT, PropertyBlock } from '../../../src/mqtt/v5/property-block.ts'
import { PropertyHolder } from '../../../src/mqtt/v5/property-id.ts'
import { alias, expiry, hex, userProperty } from '../../support/packets-5.ts'
import { text } from '../../support/packets.ts'

const bytesOf = (...parts: readonly (Buffer | readonly number[])[]): Buffer => Buffer.from(hex(...parts), 'hex')
const content = Buffer.concat([Buffer.of(3), text('json')])
const correlation = Buffer.concat([Buffer.of(9), text('id')])

test('the expiry is found behind properties of every type', async t => {
  const block = bytesOf([1, 1], content, userProperty('a', 'b'), [0x0b, 0x80, 1], alias(7), correlation, expiry(258))
  const at = messageExpiryAt(block, 0, block.length)
  t.equal(block.readUInt32BE(at), 258)
  t.equal(messageExpiryAt(bytesOf(content, userProperty('\u0002', '')), 0, 12), ABSENT)
})

test('alias, expiry and subscription identifiers stay behind; the rest goes on in its order [MQTT-3.3.2-18]', async t => {
  const block = bytesOf(userProperty('b', '1'), [0x0b, 1], expiry(9), userProperty('a', '2'), [0x0b, 0xff, 0x7f], alias(1), content, userProperty('b', '3'))
  t.equal(hex(carriedProperties(block, 0, block.length)), hex(userProperty('b', '1'), userProperty('a', '2'), content, userProperty('b', '3')))
})

test('a block that is cut off anywhere ends where it ends', async t => {
  const whole = bytesOf(content, userProperty('a', 'b'), [0x0b, 0x80, 1], correlation, expiry(9))
  for (let end = 0; end < whole.length; end++) t.equal(messageExpiryAt(whole, 0, end), ABSENT, `${end} bytes`)
  t.equal(messageExpiryAt(Buffer.of(0x7e, 2, 0, 0, 0, 1), 0, 6), ABSENT, 'a property that is none')
})

test('a server may send several subscription identifiers, a client none [MQTT-3.3.4-4] [MQTT-3.3.4-6]', async t => {
  const ids = bytesOf([0x0b, 1], [0x0b, 2])
  t.equal(new PropertyBlock(true).read(ids, 0, ids.length, PropertyHolder.PUBLISH), null)
  t.equal(new PropertyBlock().read(ids, 0, ids.length, PropertyHolder.PUBLISH)?.clause, 'MQTT-3.3.4-6')
  t.equal(new PropertyBlock(true).read(Buffer.of(0x0b, 0), 0, 2, PropertyHolder.PUBLISH)?.reasonCode, 0x82)
})
