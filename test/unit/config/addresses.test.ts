/** URLs of remotes and addresses of listeners: what is dialled and checked is exactly what is meant. */
import { test } from 'tap'
import { parseBindAddress } from '../../../src/config/schema/bind-address.ts'
import { parseRemoteAddress } from '../../../src/config/schema/remote-address.ts'

test('remotes that can be dialled', async t => {
  const rows: readonly (readonly [string, boolean, string, number])[] = [
    ['tls+mqtt-tcp://broker.example.com:8883', true, 'broker.example.com', 8883],
    ['mqtt-tcp://127.0.0.1:1883', false, '127.0.0.1', 1883],
    ['TLS+MQTT-TCP://Broker.Example.COM:8883/', true, 'broker.example.com', 8883],
    ['tls+mqtt-tcp://[2001:db8::1]:8883', true, '2001:db8::1', 8883],
    ['tls+mqtt-tcp://bücher.example:8883', true, 'xn--bcher-kva.example', 8883],
    ['tls+mqtt-tcp://xn--bcher-kva.example:8883', true, 'xn--bcher-kva.example', 8883],
    ['mqtt-tcp://my_broker:65535', false, 'my_broker', 65535]
  ]
  for (const [url, secure, host, port] of rows) t.same(parseRemoteAddress(url), { address: { secure, host, port, url } }, url)
})

test('remotes that can not', async t => {
  const rows: readonly (readonly [string, RegExp])[] = [
    ['broker:1883', /must begin with/],
    ['', /must begin with/],
    ['mqtt-quic://h:14567', /QUIC/],
    ['ws://h:80/mqtt', /WebSocket/],
    ['wss://h:443', /WebSocket/],
    ['mqtts://h:8883', /no scheme of NanoMQ|not a scheme/],
    ['tls+mqtt-tcp6://h:8883', /family/],
    ['tls+mqtt-tcp://h', /port is missing/],
    ['tls+mqtt-tcp://h:', /port is missing/],
    ['tls+mqtt-tcp://h:0', /from 1 to 65535/],
    ['tls+mqtt-tcp://h:65536', /from 1 to 65535/],
    ['tls+mqtt-tcp://h:8883x', /port is missing/],
    ['tls+mqtt-tcp://:8883', /host is missing/],
    ['tls+mqtt-tcp://h:8883/path', /path/],
    ['tls+mqtt-tcp://h:8883?x=1', /query/],
    ['tls+mqtt-tcp://h:8883#x', /query or fragment/],
    ['tls+mqtt-tcp://2001:db8::1:8883', /brackets/],
    ['tls+mqtt-tcp://[h]:8883', /not an IPv6 address/],
    ['tls+mqtt-tcp://a b:8883', /not a valid name/],
    ['tls+mqtt-tcp://a\u0000b:8883', /not a valid name/],
    ['tls+mqtt-tcp://a%62c:8883', /not a valid name/],
    ['tls+mqtt-tcp://a..b:8883', /not a valid name/],
    [`tls+mqtt-tcp://${'a'.repeat(64)}:8883`, /not a valid name/],
    ['tls+mqtt-tcp://127.1:8883', /in full/],
    ['tls+mqtt-tcp://0x7f000001:8883', /in full/],
    ['tls+mqtt-tcp://h.example.:8883', /dot/]
  ]
  for (const [url, fault] of rows) {
    const read = parseRemoteAddress(url)
    t.match('fault' in read ? read.fault : 'taken', fault, url)
  }
})

test('a password in a URL is refused and not repeated', async t => {
  const read = parseRemoteAddress('tls+mqtt-tcp://user:hunter2@h:8883')
  t.ok('fault' in read)
  t.notMatch(JSON.stringify(read), /hunter2/)
})

test('where to listen', async t => {
  const rows: readonly (readonly [string, string, number, string])[] = [
    ['0.0.0.0:1883', '0.0.0.0', 1883, ''],
    ['[::]:1883', '::', 1883, ''],
    [':1883', '0.0.0.0', 1883, ''],
    ['1883', '0.0.0.0', 1883, ''],
    ['localhost:0', 'localhost', 0, ''],
    ['0.0.0.0:8083/mqtt', '0.0.0.0', 8083, '/mqtt'],
    ['nmq-tcp://127.0.0.1:1884', '127.0.0.1', 1884, ''],
    ['nmq-ws://[::1]:8083/mqtt', '::1', 8083, '/mqtt']
  ]
  for (const [written, host, port, path] of rows) t.same(parseBindAddress(written), { host, port, path }, written)
})

test('where one can not', async t => {
  for (const written of ['', 'localhost', '0.0.0.0:', '0.0.0.0:65536', '::1:1883', '300.0.0.1.:1', 'a b:1883', '0.0.0.0:8083/m qtt', 'https://h:1']) {
    t.ok('fault' in parseBindAddress(written), written)
  }
})
