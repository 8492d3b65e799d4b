/** `listeners`: unnamed and named, with certificates and without. */
import { test } from 'tap'
import { configOf, warningsOf } from '../../support/config-text.ts'

const pair = 'certfile = c.pem, keyfile = k.pem'

test('without the block, NanoMQ\'s listener', async t => {
  t.same(configOf('').listeners, [{ name: 'tcp', transport: 'tcp', host: '0.0.0.0', port: 1883, path: '', tls: null }])
})

test('with the block, what is in it and nothing else', async t => {
  t.same(configOf('listeners.ws { }').listeners, [{ name: 'ws', transport: 'ws', host: '0.0.0.0', port: 8083, path: '/mqtt', tls: null }])
})

test('the defaults of each kind', async t => {
  const { listeners } = configOf(`listeners { tcp { }, ssl { ${pair} }, ws { }, wss { } }`)
  t.same(listeners.map(({ name, transport, host, port, path }) => [name, transport, host, port, path]), [
    ['tcp', 'tcp', '0.0.0.0', 1883, ''],
    ['ssl', 'tls', '0.0.0.0', 8883, ''],
    ['ws', 'ws', '0.0.0.0', 8083, '/mqtt'],
    ['wss', 'wss', '0.0.0.0', 8086, '/mqtt']
  ])
  t.same(listeners[1]?.tls, {
    certfile: '/site/c.pem', keyfile: '/site/k.pem', keyPassword: null, cacertfile: null, verifyPeer: false, failIfNoPeerCert: false, handshakeTimeoutMs: 10_000, onRotate: 'keep'
  })
})

test('named ones beside an unnamed one', async t => {
  const { listeners } = configOf('listeners.tcp { bind = "127.0.0.1:1883", North { bind = "[::1]:1884" } }\nlisteners.tcp.south.bind = ":0"')
  t.same(listeners.map(({ name, host, port }) => [name, host, port]), [['tcp', '127.0.0.1', 1883], ['tcp.North', '::1', 1884], ['tcp.south', '0.0.0.0', 0]])
})

test('wss takes the certificates of the first TLS listener, as NanoMQ does, or its own', async t => {
  const { listeners } = configOf(`listeners { ssl { ${pair}, cacertfile = ca.pem, verify_peer = true, fail_if_no_peer_cert = true }, wss { bind = ":8086" }, wss.own { bind = ":9", certfile = o.pem, keyfile = p.pem } }`)
  t.match(listeners[1]?.tls, { certfile: '/site/c.pem', cacertfile: '/site/ca.pem', verifyPeer: true, failIfNoPeerCert: true })
  t.match(listeners[2]?.tls, { certfile: '/site/o.pem', cacertfile: null, verifyPeer: false })
})

test('without verify_peer nobody is asked for a certificate', async t => {
  t.equal(configOf(`listeners.ssl { ${pair}, cacertfile = ca.pem }`).listeners[0]?.tls?.cacertfile, null)
})

test('enable = false is obeyed, and said, since NanoMQ does not', async t => {
  const text = 'listeners { tcp { }, ws { enable = false } }'
  t.same(configOf(text).listeners.map(listener => listener.name), ['tcp'])
  t.match(warningsOf(text), ['listeners.ws.enable 1:27 is false: not opened here; NanoMQ opens it nevertheless'])
})

test('one port at two addresses, and any free port twice', async t => {
  t.equal(configOf('listeners.tcp { a { bind = "127.0.0.1:1883" }, b { bind = "10.0.0.1:1883" } }').listeners.length, 2)
  t.equal(configOf('listeners.tcp { a { bind = "0.0.0.0:0" }, b { bind = "0.0.0.0:0" } }').listeners.length, 2)
})
