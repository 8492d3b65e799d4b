import { test } from 'tap'
import { networkOf } from '../../../src/admin/address-network.ts'

test('one address of IPv4, the first 64 bits of IPv6', async t => {
  const expected = {
    '192.0.2.7': '192.0.2.7',
    '::ffff:192.0.2.7': '192.0.2.7',
    '2001:db8:1:2:3:4:5:6': '2001:db8:1:2',
    '2001:db8:1:2::9': '2001:db8:1:2',
    '2001:db8::9': '2001:db8:0:0',
    '2001:db8:1:3::9': '2001:db8:1:3',
    'fe80::1%eth0': 'fe80:0:0:0',
    '::1': '0:0:0:0'
  }
  t.strictSame(Object.fromEntries(Object.keys(expected).map(address => [address, networkOf(address)])), expected)
})
